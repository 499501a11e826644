// SPDX-License-Identifier: BSD-2-Clause
//
// Which kind of interrupt a raise becomes. With MSI-X enabled raises go on to the
// MSI-X block. Else they are collected, those of a vector (modulo 32) as one, and
// given to the IP together once every posted write accepted before has been reported
// sent: as MSI vectors while MSI is enabled, else as INTX.PENDING (intx_set). MSI vectors are
// looked for one a cycle.
//
// err_irq is a raise of vector 0. MSI waits while the function may not send; INTx
// does not (the IP gates it). engine_rst clears both counts of posted writes, so
// nothing is waited for then.
`default_nettype none

module cw_irq (
    input  wire        clk,
    input  wire        rst,
    input  wire        engine_rst,
    output wire        idle,
    input  wire        fn_msix_en,
    input  wire        fn_msi_en,
    input  wire        fn_bme,
    input  wire [1:0]  fn_power,
    input  wire        fn_flr,
    input  wire [15:0] posted_n,
    input  wire [15:0] sent_n,

    input  wire        err_irq_valid,
    output wire        err_irq_ready,
    input  wire        irq_valid,
    output wire        irq_ready,
    input  wire [10:0] irq_vector,

    output wire        msix_err_valid,
    input  wire        msix_err_ready,
    output wire        msix_irq_valid,
    input  wire        msix_irq_ready,
    output wire [10:0] msix_irq_vector,

    output wire        msi_valid,
    input  wire        msi_ready,
    output wire [4:0]  msi_vector,
    output wire        intx_set
);
    localparam [1:0] S_IDLE = 2'd0, S_SENT = 2'd1, S_GIVE = 2'd2, S_OFFER = 2'd3;

    reg  [1:0]  state_q;
    reg  [31:0] raised_q;       // since the last collection
    reg  [31:0] give_q;         // collected, not yet given: bit 0 is vector_q
    reg  [15:0] target_q;       // posted writes to be sent first
    reg  [4:0]  vector_q;

    wire        take    = !fn_msix_en;
    wire [31:0] raises  = (take && err_irq_valid ? 32'd1 : 32'd0) |
                          (take && irq_valid ? 32'd1 << irq_vector[4:0] : 32'd0);
    wire [15:0] ahead   = sent_n - target_q;
    wire        sent    = engine_rst || !ahead[15];
    wire        as_msi  = fn_msi_en && !fn_msix_en;
    wire        go_msi  = as_msi && fn_bme && fn_power == 2'd0 && !fn_flr;
    wire        collect = state_q == S_IDLE && raised_q != 32'd0;

    assign err_irq_ready   = take || msix_err_ready;
    assign irq_ready       = take || msix_irq_ready;
    assign msix_err_valid  = err_irq_valid && fn_msix_en;
    assign msix_irq_valid  = irq_valid && fn_msix_en;
    assign msix_irq_vector = irq_vector;
    assign msi_valid       = state_q == S_OFFER;
    assign msi_vector      = vector_q;
    assign intx_set        = state_q == S_GIVE && !as_msi && give_q != 32'd0;
    assign idle            = raises == 32'd0 && !collect &&
                             (state_q == S_IDLE || (state_q == S_SENT && !sent) ||
                              (state_q == S_GIVE && as_msi && !go_msi && give_q[0]) ||
                              (state_q == S_OFFER && !msi_ready));

    wire unused = &{1'b0, ahead[14:0], irq_vector[10:5]};

    always @(posedge clk) begin
        raised_q <= (collect ? 32'd0 : raised_q) | raises;
        case (state_q)
        // Waits for a raise.
        S_IDLE: if (collect) begin
            state_q  <= S_SENT;
            give_q   <= raised_q;
            target_q <= posted_n;
            vector_q <= 5'd0;
        end
        // Waits until the posted writes before the raises have been sent.
        S_SENT: if (sent) state_q <= S_GIVE;
        // Looks for the next vector; waits until the function may send it.
        S_GIVE: begin
            if (give_q == 32'd0 || !as_msi) begin
                state_q <= S_IDLE;
                give_q  <= 32'd0;
            end else if (!give_q[0]) begin
                give_q   <= give_q >> 1;
                vector_q <= vector_q + 5'd1;
            end else if (go_msi) begin
                state_q   <= S_OFFER;
                give_q[0] <= 1'b0;
            end
        end
        // Waits for the IP to take the vector.
        default: if (msi_ready) state_q <= S_GIVE;
        endcase
        if (rst) begin
            state_q  <= S_IDLE;
            raised_q <= 32'd0;
            give_q   <= 32'd0;
        end
    end
endmodule

`default_nettype wire
