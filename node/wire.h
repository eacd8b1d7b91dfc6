// Node-to-node messages as values, and their Protobuf frames (wire.proto).
//
// decode() answers an error for anything that is not a well-formed message: the caller drops the peer. A block whose
// transactions are not those that its header names is none, so that a header's hash stands for one body only. It does
// not check signatures. Pure functions; any thread.
#pragma once

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "base/result.h"
#include "consensus/types.h"
#include "ledger/records/header.h"
#include "node/transport.h"

namespace touchstone::node {

// A block as it came: decoded, and its bytes.
struct ReceivedBlock {
    ledger::Block block;
    std::shared_ptr<const Bytes> encoded;
    Hash256 hash;
};
struct ProposalMessage {
    ReceivedBlock block;
    consensus::Vote vote;
};
struct VoteMessage {
    consensus::Vote vote;
};
struct CertificateMessage {
    consensus::Certificate certificate;
};
struct CertificateRequestMessage {
    std::vector<View> views;
};
struct TransactionsMessage {
    std::vector<ledger::SignedTransactionPtr> transactions;
};
struct HeightProof {
    ledger::Header header;
    consensus::Certificate certificate;
    Bytes certificate_bytes;
};
struct StatusMessage {
    Height height;
    View view;
    std::optional<HeightProof> proof = std::nullopt;
};
struct BlockRequestMessage {
    Height from;
};
struct FinalBlock {
    ReceivedBlock block;
    std::optional<consensus::Certificate> certificate;
    Bytes certificate_bytes;  // as they came: their form depends on the number of validators of its epoch
};
// In place of the blocks that did not fit: their headers, up to the one that the certificate is for.
struct RangeTail {
    std::vector<ledger::Header> headers;
    consensus::Certificate certificate;
};
struct BlockRangeMessage {
    Height from;
    std::vector<FinalBlock> blocks;
    Height tip;
    std::optional<RangeTail> tail;
};
struct BodyRequestMessage {
    Hash256 digest;
};
struct BodyMessage {
    ReceivedBlock block;
};

using Message =
    std::variant<ProposalMessage, VoteMessage, CertificateMessage, CertificateRequestMessage, TransactionsMessage,
                 StatusMessage, BlockRequestMessage, BlockRangeMessage, BodyRequestMessage, BodyMessage>;

// Error: frame_malformed, naming the message.
Result<Message> decode(ByteView frame);

Frame encode_proposal(ByteView block, const consensus::Vote& vote);
Frame encode(const consensus::Vote& vote);
Frame encode_certificate(ByteView certificate);
Frame encode(const CertificateRequestMessage& request);
Frame encode(const TransactionsMessage& transactions);
Frame encode(const StatusMessage& status);
Frame encode(const BlockRequestMessage& request);
Frame encode(const BodyRequestMessage& request);
Frame encode_body(ByteView block);

// A range is assembled from stored bytes, without decoding the blocks.
struct StoredFinalBlock {
    Bytes block;
    Bytes certificate;  // or empty
};
struct StoredTail {
    std::vector<Bytes> headers;
    Bytes certificate;
};
struct StoredRange {
    Height from;
    std::vector<StoredFinalBlock> blocks;
    Height tip;
    std::optional<StoredTail> tail;
};
Frame encode(const StoredRange& range);

}  // namespace touchstone::node
