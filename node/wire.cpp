#include "node/wire.h"

#include "base/limits.h"
#include "node/wire.pb.h"

namespace touchstone::node {
namespace {

Error malformed(const char* what) {
    return {"frame_malformed", std::string("a peer's ") + what + " message is not well formed"};
}

std::string text_of(ByteView bytes) { return std::string(as_text(bytes)); }

Frame frame_of(const pb::Envelope& envelope) {
    auto frame = std::make_shared<Bytes>(envelope.ByteSizeLong());
    envelope.SerializeToArray(frame->data(), static_cast<int>(frame->size()));
    return frame;
}

void fill(pb::Vote& to, const consensus::Vote& vote) {
    to.set_epoch(vote.subject.epoch.value);
    to.set_kind(static_cast<std::uint32_t>(vote.subject.kind));
    to.set_view(vote.subject.view.value);
    to.set_parent(vote.subject.parent.value);
    to.set_digest(text_of(vote.subject.digest.view()));
    to.set_signer(vote.signer.value);
    to.set_signature(text_of(vote.signature.view()));
}

std::optional<consensus::Vote> vote_from(const pb::Vote& from) {
    const auto digest = Hash256::from_view(as_bytes(from.digest()));
    const auto signature = crypto::Signature::from_view(as_bytes(from.signature()));
    if (!digest || !signature || from.kind() < 1 || from.kind() > 3) return std::nullopt;
    consensus::Vote vote;
    vote.subject = {Epoch(from.epoch()), static_cast<consensus::VoteKind>(from.kind()), View(from.view()),
                    View(from.parent()), *digest};
    vote.signer = ValidatorIndex(from.signer());
    vote.signature = *signature;
    return vote;
}

Result<ReceivedBlock> block_from(const std::string& encoded) {
    ReceivedBlock received;
    TRY_ASSIGN(received.block, ledger::Block::decode(as_bytes(encoded)));
    received.encoded = std::make_shared<const Bytes>(to_bytes(as_bytes(encoded)));
    // The header's hash is what certificates and requests name. Whoever takes another body for it here executes
    // something that nobody agreed on, or refuses what everybody did.
    if (ledger::transaction_root(received.block.transactions) != received.block.header.transaction_root)
        return Error{"body_mismatch", "a peer sent a block whose transactions are not those of its header"};
    received.hash = received.block.header.hash();
    return received;
}

Result<Message> proposal_from(const pb::Proposal& from) {
    auto vote = vote_from(from.vote());
    if (!vote) return malformed("proposal");
    TRY_ASSIGN(ReceivedBlock block, block_from(from.block()));
    return Message(ProposalMessage{std::move(block), *vote});
}

Result<Message> vote_message_from(const pb::Vote& from) {
    auto vote = vote_from(from);
    if (!vote) return malformed("vote");
    return Message(VoteMessage{*vote});
}

Result<Message> certificate_from(const pb::Certificate& from) {
    TRY_ASSIGN(consensus::Certificate certificate, consensus::Certificate::decode(as_bytes(from.certificate())));
    return Message(CertificateMessage{std::move(certificate)});
}

Result<Message> request_from(const pb::CertificateRequest& from) {
    if (static_cast<std::size_t>(from.views_size()) > limits::kCertificatesPerReplyMax)
        return malformed("certificate request");
    CertificateRequestMessage request;
    for (std::uint64_t view : from.views()) request.views.emplace_back(view);
    return Message(std::move(request));
}

Result<Message> transactions_from(const pb::Transactions& from) {
    TransactionsMessage message;
    message.transactions.reserve(static_cast<std::size_t>(from.transactions_size()));
    for (const pb::Transaction& item : from.transactions()) {
        const auto signature = crypto::Signature::from_view(as_bytes(item.signature()));
        if (!signature) return malformed("transactions");
        auto transaction = std::make_shared<ledger::SignedTransaction>();
        transaction->payload = to_bytes(as_bytes(item.payload()));
        transaction->signature = *signature;
        message.transactions.push_back(std::move(transaction));
    }
    return Message(std::move(message));
}

Result<Message> range_from(const pb::BlockRange& from) {
    BlockRangeMessage range{Height(from.from_height()), {}, Height(from.tip_height()), {}};
    for (const pb::FinalBlock& item : from.blocks()) {
        FinalBlock block;
        TRY_ASSIGN(block.block, block_from(item.block()));
        if (!item.certificate().empty()) {
            TRY_ASSIGN(consensus::Certificate certificate,
                       consensus::Certificate::decode(as_bytes(item.certificate())));
            block.certificate = std::move(certificate);
            block.certificate_bytes = to_bytes(as_bytes(item.certificate()));
        }
        range.blocks.push_back(std::move(block));
    }
    if (from.headers().empty()) return Message(std::move(range));
    TRY_ASSIGN(consensus::Certificate certificate, consensus::Certificate::decode(as_bytes(from.certificate())));
    range.tail = RangeTail{{}, std::move(certificate)};
    for (const std::string& item : from.headers()) {
        TRY_ASSIGN(ledger::Header header, ledger::Header::decode(as_bytes(item)));
        range.tail->headers.push_back(std::move(header));
    }
    return Message(std::move(range));
}

Result<Message> status_from(const pb::Status& from) {
    StatusMessage status{Height(from.height()), View(from.view())};
    if (from.certificate().empty()) return Message(std::move(status));
    status.proof.emplace();
    TRY_ASSIGN(status.proof->header, ledger::Header::decode(as_bytes(from.header())));
    TRY_ASSIGN(status.proof->certificate, consensus::Certificate::decode(as_bytes(from.certificate())));
    status.proof->certificate_bytes = to_bytes(as_bytes(from.certificate()));
    return Message(std::move(status));
}

Result<Message> body_request_from(const pb::BodyRequest& from) {
    const auto digest = Hash256::from_view(as_bytes(from.digest()));
    if (!digest) return malformed("body request");
    return Message(BodyRequestMessage{*digest});
}

Result<Message> body_from(const pb::Body& from) {
    TRY_ASSIGN(ReceivedBlock block, block_from(from.block()));
    return Message(BodyMessage{std::move(block)});
}

}  // namespace

Result<Message> decode(ByteView frame) {
    pb::Envelope envelope;
    if (!envelope.ParseFromArray(frame.data(), static_cast<int>(frame.size()))) return malformed("Protobuf");
    switch (envelope.message_case()) {
        case pb::Envelope::kProposal:
            return proposal_from(envelope.proposal());
        case pb::Envelope::kVote:
            return vote_message_from(envelope.vote());
        case pb::Envelope::kCertificate:
            return certificate_from(envelope.certificate());
        case pb::Envelope::kCertificateRequest:
            return request_from(envelope.certificate_request());
        case pb::Envelope::kTransactions:
            return transactions_from(envelope.transactions());
        case pb::Envelope::kStatus:
            return status_from(envelope.status());
        case pb::Envelope::kBlockRequest:
            return Message(BlockRequestMessage{Height(envelope.block_request().from_height())});
        case pb::Envelope::kBlockRange:
            return range_from(envelope.block_range());
        case pb::Envelope::kBodyRequest:
            return body_request_from(envelope.body_request());
        case pb::Envelope::kBody:
            return body_from(envelope.body());
        case pb::Envelope::MESSAGE_NOT_SET:
            return malformed("empty");
    }
    return malformed("unknown");
}

Frame encode_proposal(ByteView block, const consensus::Vote& vote) {
    pb::Envelope envelope;
    envelope.mutable_proposal()->set_block(text_of(block));
    fill(*envelope.mutable_proposal()->mutable_vote(), vote);
    return frame_of(envelope);
}

Frame encode(const consensus::Vote& vote) {
    pb::Envelope envelope;
    fill(*envelope.mutable_vote(), vote);
    return frame_of(envelope);
}

Frame encode_certificate(ByteView certificate) {
    pb::Envelope envelope;
    envelope.mutable_certificate()->set_certificate(text_of(certificate));
    return frame_of(envelope);
}

Frame encode(const CertificateRequestMessage& request) {
    pb::Envelope envelope;
    auto* const views = envelope.mutable_certificate_request();
    for (View view : request.views) views->add_views(view.value);
    return frame_of(envelope);
}

Frame encode(const TransactionsMessage& transactions) {
    pb::Envelope envelope;
    auto* const list = envelope.mutable_transactions();
    for (const auto& transaction : transactions.transactions) {
        pb::Transaction* const item = list->add_transactions();
        item->set_payload(text_of(transaction->payload));
        item->set_signature(text_of(transaction->signature.view()));
    }
    return frame_of(envelope);
}

Frame encode(const StatusMessage& status) {
    pb::Envelope envelope;
    envelope.mutable_status()->set_height(status.height.value);
    envelope.mutable_status()->set_view(status.view.value);
    if (status.proof) {
        envelope.mutable_status()->set_header(text_of(status.proof->header.encode()));
        envelope.mutable_status()->set_certificate(text_of(status.proof->certificate_bytes));
    }
    return frame_of(envelope);
}

Frame encode(const BlockRequestMessage& request) {
    pb::Envelope envelope;
    envelope.mutable_block_request()->set_from_height(request.from.value);
    return frame_of(envelope);
}

Frame encode(const BodyRequestMessage& request) {
    pb::Envelope envelope;
    envelope.mutable_body_request()->set_digest(text_of(request.digest.view()));
    return frame_of(envelope);
}

Frame encode_body(ByteView block) {
    pb::Envelope envelope;
    envelope.mutable_body()->set_block(text_of(block));
    return frame_of(envelope);
}

Frame encode(const StoredRange& range) {
    pb::Envelope envelope;
    auto* const to = envelope.mutable_block_range();
    to->set_from_height(range.from.value);
    to->set_tip_height(range.tip.value);
    for (const StoredFinalBlock& block : range.blocks) {
        pb::FinalBlock* const item = to->add_blocks();
        item->set_block(text_of(block.block));
        item->set_certificate(text_of(block.certificate));
    }
    if (range.tail) {
        for (const Bytes& header : range.tail->headers) to->add_headers(text_of(header));
        to->set_certificate(text_of(range.tail->certificate));
    }
    return frame_of(envelope);
}

}  // namespace touchstone::node
