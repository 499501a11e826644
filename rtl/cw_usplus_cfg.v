// SPDX-License-Identifier: BSD-2-Clause
//
// The function's state and its interrupts behind UltraScale+: what has pins there is
// registered; Device Control's extended tag, relaxed ordering and no snoop have none and are
// read over the configuration management interface, again and again, so that a change is seen
// within two reads. MSI: one vector at a time; one that failed is asked for again while MSI is
// enabled. INTx: the pin is moved only after the message of its last move was sent.
`default_nettype none

module cw_usplus_cfg #(
    parameter DEV_CTRL = 10'h01e         // DW address of Device Control: the capability is at 70h
) (
    input  wire         clk,
    input  wire         rst,
    output wire         idle,            // of the interrupts

    // the endpoint's side
    output wire [15:0]  fn_bdf,
    output wire [2:0]   fn_mps,
    output wire [2:0]   fn_mrrs,
    output wire         fn_rcb,
    output wire         fn_ext_tag,
    output wire         fn_ro,
    output wire         fn_ns,
    output wire         fn_bme,
    output wire         fn_mem,
    output wire         fn_msi_en,
    output wire         fn_msix_en,
    output wire         fn_msix_mask,
    output wire [1:0]   fn_power,
    output wire         fn_flr,
    input  wire         flr_done,
    input  wire         intx_level,
    input  wire         msi_valid,
    output wire         msi_ready,
    input  wire [4:0]   msi_vector,

    // the IP's side
    input  wire [7:0]   cfg_bus_number,
    input  wire [1:0]   cfg_max_payload,
    input  wire [2:0]   cfg_max_read_req,
    input  wire [3:0]   cfg_rcb_status,
    input  wire [15:0]  cfg_function_status,
    input  wire [11:0]  cfg_function_power_state,
    input  wire [3:0]   cfg_flr_in_process,
    output wire [9:0]   cfg_mgmt_addr,
    output wire         cfg_mgmt_read,
    input  wire [31:0]  cfg_mgmt_read_data,
    input  wire         cfg_mgmt_read_write_done,
    input  wire [3:0]   cfg_interrupt_msi_enable,
    input  wire [11:0]  cfg_interrupt_msi_mmenable,
    output wire [31:0]  cfg_interrupt_msi_int,
    input  wire         cfg_interrupt_msi_sent,
    input  wire         cfg_interrupt_msi_fail,
    input  wire [3:0]   cfg_interrupt_msix_enable,
    input  wire [3:0]   cfg_interrupt_msix_mask,
    output wire [3:0]   cfg_interrupt_int,
    output wire [3:0]   cfg_interrupt_pending,
    input  wire         cfg_interrupt_sent
);
    // ---- pins ----
    reg [7:0]   bus_q;
    reg [1:0]   mps_q;
    reg [2:0]   mrrs_q, power_q;
    reg         rcb_q, bme_q, mem_q, off_q, msi_q, msix_q, mask_q, flr_q;
    reg         flr_told_q;              // flr_done was given, the IP has not seen it yet

    assign fn_bdf       = {bus_q, 8'd0};
    assign fn_mps       = {1'b0, mps_q};
    assign fn_mrrs      = mrrs_q;
    assign fn_rcb       = rcb_q;
    assign fn_bme       = bme_q;
    assign fn_mem       = mem_q;
    assign fn_msi_en    = msi_q;
    assign fn_msix_en   = msix_q;
    assign fn_msix_mask = mask_q;
    assign fn_flr       = flr_q && !flr_told_q;
    // D0 uninitialised 0 and active 1, D1 2, D3hot 4
    assign fn_power     = power_q[2] ? 2'd3 : power_q[1] ? 2'd1 : 2'd0;

    always @(posedge clk) begin
        bus_q   <= cfg_bus_number;
        mps_q   <= cfg_max_payload;
        mrrs_q  <= cfg_max_read_req;
        rcb_q   <= cfg_rcb_status[0];
        mem_q   <= cfg_function_status[1] && !rst;
        bme_q   <= cfg_function_status[2] && !rst;
        off_q   <= cfg_function_status[3];
        power_q <= cfg_function_power_state[2:0];
        msi_q   <= cfg_interrupt_msi_enable[0] && !rst;
        msix_q  <= cfg_interrupt_msix_enable[0] && !rst;
        mask_q  <= cfg_interrupt_msix_mask[0];
        flr_q   <= cfg_flr_in_process[0] && !rst;
        flr_told_q <= !rst && (flr_done || flr_told_q) && (cfg_flr_in_process[0] || flr_done);
    end

    // ---- Device Control ----
    reg         read_q;
    reg         ext_tag_q, ro_q, ns_q;

    assign cfg_mgmt_addr = DEV_CTRL;
    assign cfg_mgmt_read = read_q;
    assign fn_ext_tag    = ext_tag_q;
    assign fn_ro         = ro_q;
    assign fn_ns         = ns_q;

    always @(posedge clk)
        if (rst) begin
            read_q    <= 1'b0;
            ext_tag_q <= 1'b0;
            ro_q      <= 1'b0;
            ns_q      <= 1'b0;
        end else begin
            read_q <= !(read_q && cfg_mgmt_read_write_done);
            if (read_q && cfg_mgmt_read_write_done) begin
                ro_q      <= cfg_mgmt_read_data[4];
                ext_tag_q <= cfg_mgmt_read_data[8];
                ns_q      <= cfg_mgmt_read_data[11];
            end
        end

    // ---- MSI ----
    reg         msi_busy_q, msi_ask_q;
    reg [4:0]   vector_q;
    // Only the vectors granted: 1 << mmenable of them.
    wire [4:0]  granted = ~(5'h1f << cfg_interrupt_msi_mmenable[2:0]);

    assign msi_ready = !msi_busy_q;
    assign cfg_interrupt_msi_int = {31'd0, msi_ask_q} << vector_q;

    always @(posedge clk)
        if (rst) begin
            msi_busy_q <= 1'b0;
            msi_ask_q  <= 1'b0;
            vector_q   <= 5'd0;
        end else if (!msi_busy_q) begin
            vector_q   <= msi_vector & granted;
            msi_busy_q <= msi_valid;
            msi_ask_q  <= msi_valid;
        end else begin
            msi_ask_q  <= cfg_interrupt_msi_fail && msi_q;
            msi_busy_q <= !(cfg_interrupt_msi_sent || (cfg_interrupt_msi_fail && !msi_q));
        end

    // ---- INTx ----
    reg         pin_q, pin_busy_q;
    wire        want = intx_level && !off_q && !msi_q && !msix_q && !flr_q;

    assign cfg_interrupt_int     = {3'd0, pin_q};
    assign cfg_interrupt_pending = {3'd0, intx_level};
    assign idle = !msi_busy_q && !pin_busy_q && pin_q == want;

    always @(posedge clk)
        if (rst) begin
            pin_q      <= 1'b0;
            pin_busy_q <= 1'b0;
        end else if (pin_busy_q) begin
            pin_busy_q <= !cfg_interrupt_sent;
        end else begin
            pin_q      <= want;
            pin_busy_q <= pin_q != want;
        end

    wire unused = &{1'b0, power_q, cfg_rcb_status, cfg_function_status, cfg_function_power_state, cfg_flr_in_process,
                    cfg_mgmt_read_data, cfg_interrupt_msi_enable, cfg_interrupt_msi_mmenable,
                    cfg_interrupt_msix_enable, cfg_interrupt_msix_mask};
endmodule

`default_nettype wire
