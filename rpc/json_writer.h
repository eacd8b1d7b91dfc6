// Writes JSON into a string by appending: commas and escapes are its business, nothing else is.
//
// Thread safety: one thread per object; the string is the caller's and may be reused. Invariant: what begin_ opened is
// closed by the matching end_ and keys stand only in objects; the writer does not check that. Text that is not UTF-8
// is written with U+FFFD in place of each bad byte, so that the output is always valid JSON.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace touchstone::rpc {

class JsonWriter {
  public:
    explicit JsonWriter(std::string& out) : out_(out) {}

    JsonWriter& begin_object() { return open('{'); }
    JsonWriter& end_object() { return close('}'); }
    JsonWriter& begin_array() { return open('['); }
    JsonWriter& end_array() { return close(']'); }
    // Names are this program's own: plain ASCII that needs no escape.
    JsonWriter& key(std::string_view name) {
        separate();
        out_.push_back('"');
        out_.append(name);
        out_.append("\":");
        comma_ = false;
        return *this;
    }
    JsonWriter& string(std::string_view text);
    JsonWriter& hex(ByteView bytes);
    JsonWriter& base64(ByteView bytes);
    JsonWriter& number(std::uint64_t value);
    JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
    JsonWriter& null() { return raw("null"); }
    // A complete JSON value in text.
    JsonWriter& raw(std::string_view json) {
        separate();
        out_.append(json);
        comma_ = true;
        return *this;
    }

    JsonWriter& field(std::string_view name, std::string_view text) { return key(name).string(text); }
    JsonWriter& field(std::string_view name, const char* text) { return key(name).string(text); }
    JsonWriter& field(std::string_view name, std::unsigned_integral auto value) {
        if constexpr (std::same_as<decltype(value), bool>)
            return key(name).boolean(value);
        else
            return key(name).number(value);
    }
    JsonWriter& field_hex(std::string_view name, ByteView bytes) { return key(name).hex(bytes); }
    JsonWriter& field_base64(std::string_view name, ByteView bytes) { return key(name).base64(bytes); }

    // A point to come back to, so that a half-written answer can make room for an error.
    struct Mark {
        std::size_t size;
        bool comma;
    };
    Mark mark() const { return {out_.size(), comma_}; }
    void rewind(Mark to) {
        out_.resize(to.size);
        comma_ = to.comma;
    }
    std::size_t size() const { return out_.size(); }

  private:
    JsonWriter& open(char c) {
        separate();
        out_.push_back(c);
        comma_ = false;
        return *this;
    }
    JsonWriter& close(char c) {
        out_.push_back(c);
        comma_ = true;
        return *this;
    }
    void separate() {
        if (comma_) out_.push_back(',');
    }
    std::string& out_;
    bool comma_ = false;
};

// Appends without quotes; shared with the tests.
void append_base64(std::string& out, ByteView bytes);
void append_hex(std::string& out, ByteView bytes);

}  // namespace touchstone::rpc
