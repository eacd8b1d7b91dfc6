#include "node/app/mesh_metrics.h"

namespace touchstone::node {
namespace {

MetricLabels of(const PeerStats& peer) { return {{"peer", peer.key.hex().substr(0, 16)}}; }

struct PeerFigure {
    const char* name;
    const char* type;
    const char* help;
    std::uint64_t PeerStats::*value;
};

constexpr PeerFigure kPeerFigures[] = {
    {"peer_bytes_in_total", "counter", "Bytes received from the peer.", &PeerStats::bytes_in},
    {"peer_bytes_out_total", "counter", "Bytes sent to the peer.", &PeerStats::bytes_out},
    {"peer_frames_in_total", "counter", "Frames received from the peer.", &PeerStats::frames_in},
    {"peer_frames_out_total", "counter", "Frames sent to the peer.", &PeerStats::frames_out},
    {"peer_connects_total", "counter", "Times the peer was connected.", &PeerStats::connects},
    {"peer_queue_bytes", "gauge", "Bytes that wait to be sent to the peer.", &PeerStats::queue_bytes},
    {"peer_round_trip_microseconds", "gauge", "Round trip of the last ping.", &PeerStats::round_trip_us},
};

}  // namespace

void render_mesh(const MeshStats& stats, MetricsText& out) {
    out.family("peer_connected", "gauge", "1 while the peer is connected.");
    for (const PeerStats& peer : stats.peers) out.sample(of(peer), peer.connected ? 1 : 0);
    for (const PeerFigure& figure : kPeerFigures) {
        out.family(figure.name, figure.type, figure.help);
        for (const PeerStats& peer : stats.peers) out.sample(of(peer), static_cast<double>(peer.*figure.value));
    }
    out.family("peer_closes_total", "counter", "Connections of the peer that ended, by reason.");
    for (const PeerStats& peer : stats.peers) {
        for (const auto& [reason, count] : peer.closes) {
            MetricLabels labels = of(peer);
            labels.emplace_back("reason", reason);
            out.sample(labels, static_cast<double>(count));
        }
    }
    out.family("connection_closes_total", "counter", "Connections that ended, by reason.");
    for (const auto& [reason, count] : stats.closes) out.sample({{"reason", reason}}, static_cast<double>(count));
    out.family("connections_accepted_total", "counter", "Connections accepted.");
    out.sample({}, static_cast<double>(stats.accepted));
    out.family("connections_half_open", "gauge", "Connections accepted that have not said hello yet.");
    out.sample({}, static_cast<double>(stats.half_open));
    out.family("frames_unsent_total", "counter", "Frames for peers that were not connected.");
    out.sample({}, static_cast<double>(stats.frames_unsent));
}

}  // namespace touchstone::node
