#include "rpc/fast_path.h"

namespace touchstone::rpc {
namespace {

class Walk {
  public:
    explicit Walk(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

    void skip() {
        while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
    }
    bool take(char c) {
        skip();
        if (at_ == end_ || *at_ != c) return false;
        ++at_;
        return true;
    }
    bool at_end() {
        skip();
        return at_ == end_;
    }
    // A string of printable ASCII without escapes, without its quotes.
    bool string(std::string_view& value) {
        if (!take('"')) return false;
        const char* const start = at_;
        while (at_ < end_ && *at_ != '"') {
            const auto c = static_cast<unsigned char>(*at_);
            if (c < 0x20 || c >= 0x7f || c == '\\') return false;
            ++at_;
        }
        if (at_ == end_) return false;
        value = {start, static_cast<std::size_t>(at_ - start)};
        ++at_;
        return true;
    }
    bool boolean(bool& value) {
        skip();
        const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
        if (!rest.starts_with("true") && !rest.starts_with("false")) return false;
        value = *at_ == 't';
        at_ += value ? 4 : 5;
        return true;
    }
    // A string or a non-negative integer of at most 15 digits, as text.
    bool id(std::string_view& text) {
        skip();
        const char* const start = at_;
        std::string_view content;
        if (at_ < end_ && *at_ == '"') {
            if (!string(content)) return false;
        } else {
            while (at_ < end_ && *at_ >= '0' && *at_ <= '9') ++at_;
            const auto digits = at_ - start;
            if (digits == 0 || digits > 15 || (digits > 1 && *start == '0')) return false;
        }
        text = {start, static_cast<std::size_t>(at_ - start)};
        return true;
    }

  private:
    const char* at_;
    const char* end_;
};

bool text_once(Walk& walk, std::optional<std::string_view>& slot) {
    if (slot) return false;
    std::string_view value;
    if (!walk.string(value)) return false;
    slot = value;
    return true;
}

bool parse_param(Walk& walk, std::string_view name, VerifyRequest& request, bool& proof_seen) {
    if (name == "gtin") return text_once(walk, request.gtin);
    if (name == "serial") return text_once(walk, request.serial);
    if (name == "uri") return text_once(walk, request.uri);
    if (name == "commitment") return text_once(walk, request.commitment);
    if (name == "lot") return text_once(walk, request.lot);
    if (name == "expiry") return text_once(walk, request.expiry);
    if (name == "country") return text_once(walk, request.country);
    if (name == "purpose") return text_once(walk, request.purpose);
    if (name == "seller") return text_once(walk, request.seller);
    if (name != "proof" || proof_seen) return false;
    proof_seen = true;
    return walk.boolean(request.proof);
}

bool parse_params(Walk& walk, VerifyRequest& request) {
    request = VerifyRequest{};
    bool proof_seen = false;
    if (!walk.take('{')) return false;
    if (walk.take('}')) return true;
    do {
        std::string_view name;
        if (!walk.string(name) || !walk.take(':') || !parse_param(walk, name, request, proof_seen)) return false;
    } while (walk.take(','));
    return walk.take('}');
}

constexpr unsigned kVersion = 1, kId = 2, kMethod = 4, kParams = 8, kAll = 15;  // members of a request

bool parse_member(Walk& walk, FastCall& call, unsigned& seen) {
    std::string_view name, value;
    if (!walk.string(name) || !walk.take(':')) return false;
    const unsigned member = name == "jsonrpc"  ? kVersion
                            : name == "id"     ? kId
                            : name == "method" ? kMethod
                            : name == "params" ? kParams
                                               : 0u;
    if (member == 0 || (seen & member)) return false;
    seen |= member;
    if (member == kId) return walk.id(call.id);
    if (member == kParams) return parse_params(walk, call.request);
    return walk.string(value) && value == (member == kVersion ? "2.0" : "item_verify");
}

bool parse_call(Walk& walk, FastCall& call) {
    unsigned seen = 0;
    if (!walk.take('{')) return false;
    do {
        if (!parse_member(walk, call, seen)) return false;
    } while (walk.take(','));
    return walk.take('}') && seen == kAll;
}

}  // namespace

bool parse_fast(std::string_view text, std::size_t batch_max, FastBody& body) {
    body.calls.clear();
    Walk walk(text);
    body.batch = walk.take('[');
    do {
        if (body.calls.size() == batch_max) return false;
        if (!parse_call(walk, body.calls.emplace_back())) return false;
    } while (body.batch && walk.take(','));
    if (body.batch && !walk.take(']')) return false;
    return walk.at_end();
}

}  // namespace touchstone::rpc
