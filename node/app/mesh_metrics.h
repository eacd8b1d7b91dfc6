// The mesh's counters as metrics: Metrics::collect([&](MetricsText& out) { render_mesh(mesh.stats(), out); }).
#pragma once

#include "node/app/metrics.h"
#include "node/asio/mesh_stats.h"

namespace touchstone::node {

// Peers are labelled by the first 16 hexadecimal digits of their keys.
void render_mesh(const MeshStats& stats, MetricsText& out);

}  // namespace touchstone::node
