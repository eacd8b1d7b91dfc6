// What a node asks of the process that it runs in: signals, file descriptors, core files.
//
// Once, before threads start. Nothing here fails: a system that grants less is told in the log, and lived with.
#pragma once

#include <cstddef>
#include <cstdint>

namespace touchstone::node {

// SIGPIPE (the log's reader went away, a peer closed), SIGHUP (the terminal did), SIGUSR1 and SIGUSR2 end no node.
void ignore_harmless_signals();

// A core file would hold the keys and the vault's passphrase in plain: none is written, and no other process of this
// user may attach.
void forbid_core_files();

// Raises the limit of file descriptors as far as it goes; answers what it is then.
std::uint64_t raise_descriptor_limit();

// How many clients may be connected with so many descriptors: what peers, files and refusals need is kept free, so that
// it is clients who are turned away (HTTP 503) and not a peer or the block log. At most `wanted`, and never none.
std::size_t connections_within(std::uint64_t descriptors, std::size_t wanted);

}  // namespace touchstone::node
