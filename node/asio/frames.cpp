#include "node/asio/frames.h"

#include <algorithm>

#include "base/check.h"
#include "base/codec.h"

namespace touchstone::node {
namespace {

constexpr std::size_t kScratchBytes = 32u << 10;    // two TLS records
constexpr std::size_t kFirstBodyBytes = 1u << 20;   // what an announced size alone may make us allocate
constexpr std::size_t kDirectBytesMin = 16u << 10;  // from here on a body is read in place

}  // namespace

Bytes Hello::encode() const {
    Writer writer;
    writer.u32(version).hash(chain_id).hash(parameters);
    return std::move(writer).take();
}

Result<Hello> Hello::decode(ByteView bytes) {
    Reader reader(bytes);
    Hello hello;
    hello.version = reader.u32();
    hello.chain_id = reader.hash();
    hello.parameters = reader.hash();
    if (!reader.finished()) return Error{"hello_malformed", "a hello has 68 bytes"};
    return hello;
}

std::string_view Hello::difference(const Hello& other) const {
    if (version != other.version) return "wrong_version";
    if (chain_id != other.chain_id) return "wrong_chain";
    if (parameters != other.parameters) return "wrong_parameters";
    return {};
}

void append_frame_head(Bytes& out, FrameKind kind, std::size_t body_size) {
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(body_size >> shift));
    out.push_back(static_cast<std::uint8_t>(kind));
}

std::span<std::uint8_t> FrameReader::space() {
    direct_ = head_have_ == kFrameHeadBytes && body_size_ - body_have_ >= kDirectBytesMin;
    if (direct_) {
        grow_body();
        return std::span(body_).subspan(body_have_);
    }
    scratch_.resize(kScratchBytes);
    return scratch_;
}

void FrameReader::grow_body() {
    if (body_have_ == body_.size()) body_.resize(body_.empty() ? std::min(body_size_, kFirstBodyBytes) : body_size_);
}

std::string_view FrameReader::open_frame() {
    body_size_ = std::size_t{head_[0]} << 24 | std::size_t{head_[1]} << 16 | std::size_t{head_[2]} << 8 | head_[3];
    body_have_ = 0;
    body_ = Bytes();
    if (body_size_ > body_bytes_max_) return "frame_oversize";
    kind_ = static_cast<FrameKind>(head_[4]);
    switch (kind_) {
        case FrameKind::kHello:
            if (body_size_ > kHelloBytesMax) return "frame_oversize";
            return body_size_ == 0 ? "frame_empty" : "";
        case FrameKind::kData:
            return body_size_ == 0 ? "frame_empty" : "";
        case FrameKind::kActivate:
            return body_size_ == 0 ? "" : "frame_oversize";
        case FrameKind::kPing:
        case FrameKind::kPong:
            return body_size_ == kTokenBytes ? "" : "frame_oversize";
    }
    return "frame_kind";
}

std::string_view FrameReader::filled(std::size_t size, std::vector<WireFrame>& out) {
    const auto close_frame = [&] {
        out.push_back({kind_, std::move(body_)});
        head_have_ = 0;
    };
    if (direct_) {
        INVARIANT(size <= body_.size() - body_have_);
        body_have_ += size;
        if (body_have_ == body_size_) close_frame();
        return {};
    }
    INVARIANT(size <= scratch_.size());
    ByteView rest(scratch_.data(), size);
    while (!rest.empty()) {
        if (head_have_ < kFrameHeadBytes) {
            const std::size_t taken = std::min(kFrameHeadBytes - head_have_, rest.size());
            std::copy_n(rest.begin(), taken, head_.begin() + static_cast<std::ptrdiff_t>(head_have_));
            head_have_ += taken;
            rest = rest.subspan(taken);
            if (head_have_ < kFrameHeadBytes) break;
            if (const auto fault = open_frame(); !fault.empty()) return fault;
        }
        while (body_have_ < body_size_ && !rest.empty()) {
            grow_body();
            const std::size_t taken = std::min(body_.size() - body_have_, rest.size());
            std::copy_n(rest.begin(), taken, body_.begin() + static_cast<std::ptrdiff_t>(body_have_));
            body_have_ += taken;
            rest = rest.subspan(taken);
        }
        if (body_have_ == body_size_) close_frame();
    }
    return {};
}

}  // namespace touchstone::node
