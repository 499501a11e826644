// SPDX-License-Identifier: BSD-2-Clause
//
// Whose turn it is, of the queues that have something to do: a list, in the order in
// which they came, and a weight for each. A queue that is taken has so many pieces of work (a
// fetch, a packet) in one turn as its weight says, then the others have theirs: with
// everybody busy each has its weight's share, and waits for the others' weights
// at most. Weight 0 counts as 1.
//
// The owner takes a queue (out), does one piece of work, and gives the queue back (in) if it has
// more; `in_more` says that it comes straight from its piece of work: then its turn may go on, and it is
// the next one out. Of such pieces there is one at a time. One that is begun without being taken
// from the list is told by `start`. A queue that is not given back, or later, has given up the
// rest of its turn. Weights are written while their queue is disabled.
//
// A queue can leave in the cycle after it came; one a cycle both ways. Never more than QUEUE_N
// are inside.
`default_nettype none

module cw_turns #(
    parameter QUEUE_N  = 64,
    parameter WEIGHT_W = 6,
    parameter WEIGHTED = 1              // 0: each weight is 1
) (
    input  wire                clk,
    input  wire                rst,
    output wire                idle,         // no queue is on its way to the output

    input  wire                weight_wr,
    input  wire [10:0]         weight_queue,
    input  wire [WEIGHT_W-1:0] weight,

    input  wire                start,
    input  wire [10:0]         start_queue,

    input  wire                in_valid,
    input  wire                in_more,
    input  wire [10:0]         in_queue,

    output wire                out_valid,
    input  wire                out_ready,
    output wire [10:0]         out_queue
);
    localparam QW = $clog2(QUEUE_N);

    reg                 hold_q;              // a turn goes on: this queue is the next
    reg  [QW-1:0]       hold_queue_q;
    reg                 same_q;              // what was taken last goes on with its turn
    reg  [WEIGHT_W-1:0] left_q;              // pieces left in the turn after this one
    wire [WEIGHT_W-1:0] of_queue;            // weight of what was taken last
    wire                list_valid;
    wire [QW-1:0]       list_queue;

    wire [WEIGHT_W-1:0] whole = of_queue == {WEIGHT_W{1'b0}} ? {WEIGHT_W{1'b0}} : of_queue - 1'b1;
    wire [WEIGHT_W-1:0] left  = WEIGHTED == 0 ? {WEIGHT_W{1'b0}} : same_q ? left_q : whole;
    wire                stay  = in_valid && in_more && left != {WEIGHT_W{1'b0}};
    wire                take  = out_ready && out_valid;
    wire [10:0]         begun = start ? start_queue : out_queue;
    wire                unused = &{1'b0, weight_queue, begun, in_queue};

    assign out_valid = hold_q || list_valid;
    assign out_queue = {{(11 - QW){1'b0}}, hold_q ? hold_queue_q : list_queue};

    cw_ram #(.W(WEIGHT_W), .DEPTH(QUEUE_N)) u_weight (
        .clk(clk), .wr_en(weight_wr), .wr_addr(weight_queue[QW-1:0]), .wr_data(weight),
        .rd_en(take || start), .rd_addr(begun[QW-1:0]), .rd_data(of_queue)
    );
    stream_ram_fifo #(.W(QW), .DEPTH(QUEUE_N)) u_list (
        .clk(clk), .rst(rst), .idle(idle), .in_valid(in_valid && !stay), .in_data(in_queue[QW-1:0]),
        .out_valid(list_valid), .out_ready(out_ready && !hold_q), .out_data(list_queue)
    );

    always @(posedge clk) begin
        if (take || start)
            same_q <= take && hold_q;
        if (take)
            hold_q <= 1'b0;
        if (stay) begin
            hold_q       <= 1'b1;
            hold_queue_q <= in_queue[QW-1:0];
            left_q       <= left - 1'b1;
        end
        if (rst)
            hold_q <= 1'b0;
    end
endmodule

`default_nettype wire
