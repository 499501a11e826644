// SPDX-License-Identifier: BSD-2-Clause
// No shim: the endpoint's own pins across DPI, packed as sim/device/wires.h has them.
`default_nettype none

module cw_sim_generic #(
    parameter DATA_W = 256
) (
    `include "cw_sim_ip_ports.svh"
);
    localparam WORDS = DATA_W / 32;
    localparam OUT_W = 32 * (14 + 2 * WORDS);
    localparam IN_W  = 32 * (14 + 2 * WORDS);

    import "DPI-C" function void cw_dpi_pcie(input longint unsigned handle,
                                             input bit [OUT_W-1:0] from_rtl, output bit [IN_W-1:0] to_rtl);

    // ---- RTL to model ----
    wire [31:0] out_flags = {7'd0, idle, msi_vector, msi_valid, intx_level, err_cpl_timeout,
                             err_cpl_unexpected, err_poisoned, err_ca, err_ur, trans_pending, fn_power_ack,
                             flr_done, rx_req_ready, rx_cpl_ready, tx_cpl_eop, tx_cpl_sop, tx_cpl_valid,
                             tx_req_id_valid, tx_req_eop, tx_req_sop, tx_req_valid};
    wire [15:0] req_keep = {{(16 - WORDS){1'b0}}, tx_req_keep};
    wire [15:0] cpl_keep = {{(16 - WORDS){1'b0}}, tx_cpl_keep};
    wire [OUT_W-1:0] out = {tx_cpl_data, tx_req_data, tx_cpl_hdr, tx_req_hdr, tx_req_num,
                            21'd0, tx_req_queue, cpl_keep, req_keep, 16'd0, next_deadline, out_flags};

    // ---- model to RTL; rst is up before the first clock ----
    reg [IN_W-1:0] in_q = {{(IN_W - 1){1'b0}}, 1'b1};
    reg [IN_W-1:0] in_d;
    wire [31:0] in_flags = in_q[31:0];
    wire [31:0] in_fn = in_q[63:32];
    wire [31:0] in_power = in_q[95:64];

    always @(posedge clk) begin
        cw_dpi_pcie(card, out, in_d);
        in_q <= in_d;
    end

    assign {msi_ready, cpl_lost_tag, cpl_lost_valid, tx_sent_n, fc_valid, rx_req_bar, rx_req_eop, rx_req_sop,
            rx_req_valid, rx_cpl_eop, rx_cpl_sop, rx_cpl_valid, tx_cpl_ready, tx_req_ready, rst} = in_flags[28:0];
    assign {fn_msix_mask, fn_msix_en, fn_msi_en, fn_mem, fn_bme, fn_ns, fn_ro, fn_tag10, fn_ext_tag, fn_rcb,
            fn_mrrs, fn_mps, fn_bdf} = in_fn;
    assign {fc_nph, fc_ph, fn_flr, fn_power} = in_power[26:0];
    assign {rx_cpl_buf_data, fc_pd} = in_q[3*32 +: 32];
    assign rx_cpl_buf_hdr = in_q[4*32 +: 12];
    assign rx_cpl_keep = in_q[5*32 +: WORDS];
    assign rx_req_keep = in_q[5*32 + 16 +: WORDS];
    assign rx_cpl_hdr = in_q[6*32 +: 128];
    assign rx_req_hdr = in_q[10*32 +: 128];
    assign rx_cpl_data = in_q[14*32 +: DATA_W];
    assign rx_req_data = in_q[(14 + WORDS)*32 +: DATA_W];

    // padding of the packed pins (of the word of keep bits, when there are fewer than 32)
    wire unused = &{1'b0, in_q[5*32 +: 32], in_q[4*32 + 12 +: 20],
                    in_flags[31:29], in_power[31:27]};
endmodule

`default_nettype wire
