#include "rpc/json_rpc.h"

namespace touchstone::rpc {
namespace {

using nlohmann::json;

// Builds values as nlohmann's own builder does, but counts the depth while it reads, and keeps the text of floating
// numbers that stand where an id does.
class Builder {
  public:
    bool too_deep() const { return too_deep_; }
    json take() { return std::move(root_); }

    bool null() { return add(nullptr); }
    bool boolean(bool value) { return add(value); }
    bool number_integer(std::int64_t value) { return add(value); }
    bool number_unsigned(std::uint64_t value) { return add(value); }
    bool number_float(double value, const std::string& text) {
        if (names_id()) return add(json::binary({text.begin(), text.end()}));
        return add(value);
    }
    bool string(std::string& value) { return add(std::move(value)); }
    bool binary(json::binary_t&) { return false; }
    bool start_object(std::size_t) { return open(json::object()); }
    bool start_array(std::size_t) { return open(json::array()); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(std::string& name) {
        key_ = std::move(name);
        return true;
    }
    bool parse_error(std::size_t, const std::string&, const json::exception&) { return false; }

  private:
    // A member "id" of a request, or of a request in a batch.
    bool names_id() const {
        if (stack_.empty() || !stack_.back()->is_object() || key_ != "id") return false;
        return stack_.size() == 1 || (stack_.size() == 2 && root_.is_array());
    }
    json* place(json&& value) {
        if (stack_.empty()) {
            root_ = std::move(value);
            return &root_;
        }
        json& parent = *stack_.back();
        if (parent.is_array()) {
            parent.push_back(std::move(value));
            return &parent.back();
        }
        json& slot = parent[key_];
        slot = std::move(value);
        return &slot;
    }
    bool add(json&& value) {
        place(std::move(value));
        return true;
    }
    bool open(json&& container) {
        if (stack_.size() >= kJsonDepthMax) {
            too_deep_ = true;
            return false;
        }
        stack_.push_back(place(std::move(container)));
        return true;
    }
    bool close() {
        stack_.pop_back();
        return true;
    }
    json root_;
    std::vector<json*> stack_;  // an array grows only while its last element is closed, so no pointer dangles
    std::string key_;
    bool too_deep_ = false;
};

}  // namespace

Result<ParsedJson, RpcError> parse_json(std::string_view text) {
    Builder builder;
    if (json::sax_parse(text.begin(), text.end(), &builder)) return ParsedJson{builder.take()};
    if (builder.too_deep())
        return RpcError{ErrorCode::kParse,
                        "The JSON is nested deeper than 32 levels.",
                        "json_too_deep",
                        "No call needs such nesting; send flat parameters.",
                        {}};
    return RpcError{ErrorCode::kParse,
                    "The body is not valid JSON in UTF-8.",
                    "json_malformed",
                    "Send one JSON-RPC 2.0 request object, or an array of them.",
                    {}};
}

}  // namespace touchstone::rpc
