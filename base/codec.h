// The canonical binary codec: the bytes of everything that is signed or hashed.
//
// Grammar: integers are big-endian and of fixed width; a Hash256 is its 32 bytes; a byte string or text is a
// u32 length followed by that many bytes; a list is a u32 count followed by its elements. Nothing is optional and
// nothing has two encodings. Example: u16(1) ‖ string("ab") is 0001 00000002 6162.
//
// Reader never throws and never reads past its input: after the first fault every read answers zero and ok() is
// false. Callers check finished() once at the end.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/hash256.h"

namespace touchstone {

class Writer {
  public:
    Writer& u8(std::uint8_t v) { return fixed(v, 1); }
    Writer& u16(std::uint16_t v) { return fixed(v, 2); }
    Writer& u32(std::uint32_t v) { return fixed(v, 4); }
    Writer& u64(std::uint64_t v) { return fixed(v, 8); }
    Writer& hash(const Hash256& h) { return raw(h.bytes); }
    Writer& raw(ByteView bytes) {
        append(out_, bytes);
        return *this;
    }
    Writer& string(ByteView bytes) {
        u32(static_cast<std::uint32_t>(bytes.size()));
        return raw(bytes);
    }
    Writer& string(std::string_view text) { return string(as_bytes(text)); }
    void reserve(std::size_t size) { out_.reserve(size); }

    const Bytes& bytes() const& { return out_; }
    Bytes take() && { return std::move(out_); }

  private:
    Writer& fixed(std::uint64_t v, int width) {
        for (int i = width - 1; i >= 0; --i) out_.push_back(static_cast<std::uint8_t>(v >> (8 * i)));
        return *this;
    }
    Bytes out_;
};

class Reader {
  public:
    explicit Reader(ByteView in) : in_(in) {}

    std::uint8_t u8() { return static_cast<std::uint8_t>(fixed(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(fixed(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(fixed(4)); }
    std::uint64_t u64() { return fixed(8); }
    Hash256 hash() { return Hash256::from_view(raw(Hash256::kSize)).value_or(Hash256{}); }
    // A view into the input; empty after a fault.
    ByteView raw(std::size_t size) {
        if (!ok_ || size > in_.size() - at_) {
            ok_ = false;
            return {};
        }
        const ByteView taken = in_.subspan(at_, size);
        at_ += size;
        return taken;
    }
    ByteView bytes() { return raw(u32()); }
    std::string string() { return std::string(as_text(bytes())); }
    // Marks the input as malformed: for values that the grammar's reader must refuse.
    void fail() { ok_ = false; }

    bool ok() const { return ok_; }
    std::size_t remaining() const { return ok_ ? in_.size() - at_ : 0; }
    // True when all input was read and none was malformed.
    bool finished() const { return ok_ && at_ == in_.size(); }

  private:
    std::uint64_t fixed(std::size_t width) {
        std::uint64_t value = 0;
        for (std::uint8_t byte : raw(width)) value = (value << 8) | byte;
        return value;
    }
    ByteView in_;
    std::size_t at_ = 0;
    bool ok_ = true;
};

}  // namespace touchstone
