// Block headers and bodies: what a quorum signs and what it stands for.
//
// Header layout (230 bytes, integers big-endian): u16 version = 1 ‖ chain id (32) ‖ u64 epoch ‖ u64 height ‖ u64 view ‖
// parent hash (32) ‖ u64 time in ms since 1970 ‖ transaction root (32) ‖ state root (32) ‖ validator set hash (32) ‖
// u32 proposer ‖ log root (32). Block hash = SHA-256("touchstone/header/1" ‖ header).
#pragma once

#include <memory>
#include <span>

#include "base/codec.h"
#include "base/result.h"
#include "base/strong.h"
#include "base/time.h"
#include "crypto/ed25519.h"

namespace touchstone::ledger {

struct Header {
    static constexpr std::uint16_t kVersion = 1;
    static constexpr std::size_t kEncodedBytes = 230;
    Hash256 chain_id;
    Epoch epoch;
    Height height;
    View view;
    Hash256 parent;            // height 1 names the genesis block hash (genesis.h)
    WallTime time;             // the proposer's clock, never below its parent's
    Hash256 transaction_root;  // RFC 9162 root over leaf data SignedTransaction::leaf()
    Hash256 state_root;        // after this block
    Hash256 validators_hash;   // of the set that signs the next block
    ValidatorIndex proposer;
    Hash256 log_root;  // RFC 9162 root over the block hashes of heights 0 .. height - 1
    bool operator==(const Header&) const = default;

    Bytes encode() const;
    static Result<Header> decode(ByteView bytes);  // error: header_malformed
    Hash256 hash() const;
};

// A client's transaction as it is carried: payload bytes verbatim, and the signature over them.
struct SignedTransaction {
    Bytes payload;
    crypto::Signature signature;

    Hash256 id() const;  // of the payload
    Bytes leaf() const;  // payload as a string ‖ signature: leaf data of the transaction root
    std::size_t size_bytes() const { return payload.size() + crypto::Signature::kSize; }
    // The Protobuf envelope that clients send (pb::SignedTransaction). Error: transaction_malformed.
    static Result<SignedTransaction> from_envelope(ByteView bytes);
    Bytes to_envelope() const;
};
using SignedTransactionPtr = std::shared_ptr<const SignedTransaction>;

// What "touchstone/sign/1" ‖ payload is: the bytes a client signs.
Bytes transaction_signing_bytes(ByteView payload);

struct Block {
    Header header;
    std::vector<SignedTransactionPtr> transactions;

    // header (230) ‖ u32 count ‖ per transaction: payload as a string ‖ signature (64).
    Bytes encode() const;
    static Result<Block> decode(ByteView bytes);  // errors: header_malformed, block_malformed
};

Hash256 transaction_root(std::span<const SignedTransactionPtr> transactions);

}  // namespace touchstone::ledger
