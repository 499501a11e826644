// SPDX-License-Identifier: BSD-2-Clause
//
// Card memory without a memory controller: BYTES of block RAM (or UltraRAM, STYLE
// "ultra") behind AXI4.
//
// Contract: INCR bursts of full-width beats, as cw_top makes them; another burst type or
// size, and an address beyond BYTES, is answered with an error for the whole burst
// (SLVERR, DECERR) and changes nothing. Bursts of one ID and of several are answered in
// the order in which they came. Nothing is cleared by rst: it is memory.
//
// Throughput: a beat a cycle each way, bursts back to back. Latency: three cycles from
// the address to the first data, one from the last data to the write response.
`default_nettype none

module cw_axi_ram #(
    parameter DATA_W = 256,
    parameter ID_W   = 4,
    parameter BYTES  = 65536,        // a power of two
    parameter STYLE  = "block"
) (
    input  wire                  clk,
    input  wire                  rst,

    input  wire                  axi_awvalid,
    output wire                  axi_awready,
    input  wire [ID_W-1:0]       axi_awid,
    input  wire [63:0]           axi_awaddr,
    input  wire [7:0]            axi_awlen,
    input  wire [2:0]            axi_awsize,
    input  wire [1:0]            axi_awburst,
    input  wire                  axi_wvalid,
    output wire                  axi_wready,
    input  wire [DATA_W-1:0]     axi_wdata,
    input  wire [DATA_W/8-1:0]   axi_wstrb,
    input  wire                  axi_wlast,
    output wire                  axi_bvalid,
    input  wire                  axi_bready,
    output wire [ID_W-1:0]       axi_bid,
    output wire [1:0]            axi_bresp,
    input  wire                  axi_arvalid,
    output wire                  axi_arready,
    input  wire [ID_W-1:0]       axi_arid,
    input  wire [63:0]           axi_araddr,
    input  wire [7:0]            axi_arlen,
    input  wire [2:0]            axi_arsize,
    input  wire [1:0]            axi_arburst,
    output wire                  axi_rvalid,
    input  wire                  axi_rready,
    output wire [ID_W-1:0]       axi_rid,
    output wire [DATA_W-1:0]     axi_rdata,
    output wire [1:0]            axi_rresp,
    output wire                  axi_rlast
);
    localparam LANES  = DATA_W / 8;
    localparam LANE_W = $clog2(LANES);
    localparam ADDR_W = $clog2(BYTES);
    localparam WORD_W = ADDR_W - LANE_W;
    localparam [1:0] OKAY = 2'd0, SLVERR = 2'd2, DECERR = 2'd3;

    initial begin
        if (BYTES < 2 * LANES || (BYTES & (BYTES - 1)) != 0) begin
            $display("%m: BYTES %0d of %0s RAM must be a power of two, two words or more", BYTES, STYLE);
            $finish;
        end
    end

    function [1:0] judge(input [63:0] addr, input [2:0] size, input [1:0] burst, input [7:0] len);
        reg [63:0] last;
        begin
            last  = addr + {56'd0, len} * LANES;
            judge = size != LANE_W[2:0] || burst != 2'd1 ? SLVERR :
                    (addr >> ADDR_W) != 64'd0 || (last >> ADDR_W) != 64'd0 ? DECERR : OKAY;
        end
    endfunction

    (* ram_style = STYLE *) reg [DATA_W-1:0] mem [0:(1 << WORD_W)-1];

    // ---- writes: the burst whose data is awaited, and the response to the one before ----
    reg               aw_q;
    reg  [WORD_W-1:0] aw_word_q;
    reg  [ID_W-1:0]   aw_id_q;
    reg  [1:0]        aw_resp_q;
    reg               b_q;
    reg  [ID_W-1:0]   b_id_q;
    reg  [1:0]        b_resp_q;
    wire              w_take  = axi_wvalid && axi_wready;
    wire              aw_take = axi_awvalid && axi_awready;

    assign axi_wready  = aw_q && (!b_q || axi_bready);
    assign axi_awready = !aw_q || (w_take && axi_wlast);
    assign axi_bvalid  = b_q;
    assign axi_bid     = b_id_q;
    assign axi_bresp   = b_resp_q;

    integer i;
    always @(posedge clk) begin
        if (w_take && aw_resp_q == OKAY)
            for (i = 0; i < LANES; i = i + 1)
                if (axi_wstrb[i])
                    mem[aw_word_q][8*i +: 8] <= axi_wdata[8*i +: 8];
        if (axi_bready)
            b_q <= 1'b0;
        if (w_take) begin
            aw_word_q <= aw_word_q + {{(WORD_W-1){1'b0}}, 1'b1};
            if (axi_wlast) begin
                aw_q     <= 1'b0;
                b_q      <= 1'b1;
                b_id_q   <= aw_id_q;
                b_resp_q <= aw_resp_q;
            end
        end
        if (aw_take) begin
            aw_q      <= 1'b1;
            aw_id_q   <= axi_awid;
            aw_word_q <= axi_awaddr[ADDR_W-1:LANE_W];
            aw_resp_q <= judge(axi_awaddr, axi_awsize, axi_awburst, axi_awlen);
        end
        if (rst) begin
            aw_q <= 1'b0;
            b_q  <= 1'b0;
        end
    end

    // ---- reads: the burst, the RAM's own register, one more behind it ----
    reg               ar_q;
    reg  [WORD_W-1:0] ar_word_q;
    reg  [7:0]        ar_left_q;
    reg  [ID_W-1:0]   ar_id_q;
    reg  [1:0]        ar_resp_q;
    reg               ram_q, out_q;
    reg  [DATA_W-1:0] ram_data_q, out_data_q;
    reg  [ID_W+2:0]   ram_rest_q, out_rest_q;
    wire              step    = !out_q || axi_rready;
    wire              ar_last = ar_left_q == 8'd0;
    wire              ar_take = axi_arvalid && axi_arready;

    assign axi_arready = !ar_q || (step && ar_last);
    assign axi_rvalid  = out_q;
    assign axi_rdata   = out_data_q;
    assign {axi_rid, axi_rresp, axi_rlast} = out_rest_q;

    always @(posedge clk) begin
        if (step) begin
            ram_data_q <= mem[ar_word_q];
            out_data_q <= ram_data_q;
            ram_rest_q <= {ar_id_q, ar_resp_q, ar_last};
            out_rest_q <= ram_rest_q;
            ram_q      <= ar_q;
            out_q      <= ram_q;
            ar_word_q  <= ar_word_q + {{(WORD_W-1){1'b0}}, 1'b1};
            ar_left_q  <= ar_left_q - 8'd1;
            if (ar_last)
                ar_q <= 1'b0;
        end
        if (ar_take) begin
            ar_q      <= 1'b1;
            ar_id_q   <= axi_arid;
            ar_left_q <= axi_arlen;
            ar_word_q <= axi_araddr[ADDR_W-1:LANE_W];
            ar_resp_q <= judge(axi_araddr, axi_arsize, axi_arburst, axi_arlen);
        end
        if (rst) begin
            ar_q  <= 1'b0;
            ram_q <= 1'b0;
            out_q <= 1'b0;
        end
    end

    // The lowest address bits are the lanes, which the strobes name.
    wire unused = &{1'b0, axi_awaddr[LANE_W-1:0], axi_araddr[LANE_W-1:0]};
endmodule

`default_nettype wire
