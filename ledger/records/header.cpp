#include "ledger/records/header.h"

#include "crypto/sha256.h"
#include "ledger/schema/pb.h"

namespace touchstone::ledger {
namespace {

constexpr std::size_t kHeaderSize = 230;
constexpr std::string_view kSignTag = "touchstone/sign/1";

}  // namespace

Bytes Header::encode() const {
    Writer writer;
    writer.reserve(kHeaderSize);
    writer.u16(kVersion).hash(chain_id).u64(epoch.value).u64(height.value).u64(view.value).hash(parent).u64(time.ms);
    writer.hash(transaction_root).hash(state_root).hash(validators_hash).u32(proposer.value).hash(log_root);
    return std::move(writer).take();
}

Result<Header> Header::decode(ByteView bytes) {
    Reader reader(bytes);
    Header header;
    if (reader.u16() != kVersion) reader.fail();
    header.chain_id = reader.hash();
    header.epoch = Epoch(reader.u64());
    header.height = Height(reader.u64());
    header.view = View(reader.u64());
    header.parent = reader.hash();
    header.time = WallTime{reader.u64()};
    header.transaction_root = reader.hash();
    header.state_root = reader.hash();
    header.validators_hash = reader.hash();
    header.proposer = ValidatorIndex(reader.u32());
    header.log_root = reader.hash();
    if (!reader.finished()) return Error{"header_malformed", "a block header is 230 bytes and starts with version 1"};
    return header;
}

Hash256 Header::hash() const { return crypto::tagged_hash("touchstone/header/1", {encode()}); }

Hash256 SignedTransaction::id() const { return crypto::tagged_hash("touchstone/tx/1", {payload}); }

Bytes SignedTransaction::leaf() const {
    Writer writer;
    writer.reserve(4 + size_bytes());
    writer.string(payload).raw(signature.view());
    return std::move(writer).take();
}

Result<SignedTransaction> SignedTransaction::from_envelope(ByteView bytes) {
    const Error malformed{"transaction_malformed",
                          "a transaction is a Protobuf SignedTransaction with a payload and a signature of 64 bytes"};
    pb::SignedTransaction envelope;
    if (bytes.size() > INT32_MAX || !envelope.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return malformed;
    const auto signature = crypto::Signature::from_view(as_bytes(envelope.signature()));
    if (!signature || envelope.payload().empty() || has_unknown_fields(envelope)) return malformed;
    return SignedTransaction{to_bytes(as_bytes(envelope.payload())), *signature};
}

Bytes SignedTransaction::to_envelope() const {
    pb::SignedTransaction envelope;
    envelope.set_payload(payload.data(), payload.size());
    envelope.set_signature(signature.bytes.data(), signature.bytes.size());
    return serialized(envelope);
}

Bytes transaction_signing_bytes(ByteView payload) {
    Writer writer;
    writer.reserve(kSignTag.size() + payload.size());
    writer.raw(as_bytes(kSignTag)).raw(payload);
    return std::move(writer).take();
}

Bytes Block::encode() const {
    std::size_t size = kHeaderSize + 4;
    for (const SignedTransactionPtr& transaction : transactions) size += 4 + transaction->size_bytes();
    Writer writer;
    writer.reserve(size);
    writer.raw(header.encode()).u32(static_cast<std::uint32_t>(transactions.size()));
    for (const SignedTransactionPtr& transaction : transactions)
        writer.string(transaction->payload).raw(transaction->signature.view());
    return std::move(writer).take();
}

Result<Block> Block::decode(ByteView bytes) {
    const Error malformed{"block_malformed", "the block is not in its canonical encoding"};
    Reader reader(bytes);
    const ByteView header_bytes = reader.raw(kHeaderSize);
    if (!reader.ok()) return malformed;
    TRY_ASSIGN(Header header, Header::decode(header_bytes));
    const std::size_t count = reader.u32();
    if (count > reader.remaining() / (4 + crypto::Signature::kSize)) return malformed;
    Block block{header, {}};
    block.transactions.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const ByteView payload = reader.bytes();
        const auto signature = crypto::Signature::from_view(reader.raw(crypto::Signature::kSize));
        if (!reader.ok() || !signature) return malformed;
        block.transactions.push_back(
            std::make_shared<SignedTransaction>(SignedTransaction{to_bytes(payload), *signature}));
    }
    if (!reader.finished()) return malformed;
    return block;
}

}  // namespace touchstone::ledger
