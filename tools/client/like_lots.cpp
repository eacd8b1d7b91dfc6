#include "tools/client/like_lots.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/client/paged_reads.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

// What people read as the same: one of each kind of look-alike, and nothing of what only separates.
std::string folded(std::string_view lot) {
    std::string text;
    for (char c : lot) {
        if (c == ' ' || c == '-' || c == '.' || c == '/' || c == '_') continue;
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        text += c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
    }
    return text;
}

// One character put in, left out, or another; or two neighbours that changed places.
bool one_off(std::string_view a, std::string_view b) {
    if (a.size() > b.size()) std::swap(a, b);
    if (b.size() - a.size() > 1) return false;
    const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin());
    const auto from = static_cast<std::size_t>(in_a - a.begin());
    if (a.size() < b.size()) return a.substr(from) == b.substr(from + 1);
    if (from == a.size() || a.substr(from + 1) == b.substr(from + 1)) return true;
    return from + 1 < a.size() && a[from] == b[from + 1] && a[from + 1] == b[from] &&
           a.substr(from + 2) == b.substr(from + 2);
}

struct NamedLot {
    std::string gtin;
    std::string lot;
    bool may_be_unregistered = false;  // the operation has a word for it
};

NamedLot lot_of(const ledger::Operation& operation) {
    NamedLot named;
    std::visit(
        [&](const auto& one) {
            std::remove_cvref_t<decltype(one)>::fields(one, [&](const auto& tag, const auto& value) {
                using Tag = std::remove_cvref_t<decltype(tag)>;
                if constexpr (std::is_same_v<Tag, ledger::field::Gtin>) named.gtin = value;
                if constexpr (std::is_same_v<Tag, ledger::field::Lot>) named.lot = value;
                if constexpr (std::is_same_v<Tag, ledger::field::Yes>)
                    named.may_be_unregistered = named.may_be_unregistered || tag.name == "unregistered";
            });
        },
        operation);
    return named;
}

std::vector<std::string> lots_of(const std::string& gtin, const GlobalOptions& options) {
    std::vector<std::string> lots;
    auto client = connect(options);
    if (!client.ok()) return lots;
    const auto listed = fetch_all(*client, "lot_list", "lots", {{"gtin", gtin}});
    if (!listed.ok()) return lots;
    for (const json& one : *listed)
        if (one.is_object() && one.contains("lot") && one["lot"].is_string()) lots.push_back(one["lot"]);
    return lots;
}

}  // namespace

std::vector<std::string> like_lots(std::string_view wanted, const std::vector<std::string>& lots) {
    const std::string sought = folded(wanted);
    std::vector<std::string> same, near;
    for (const std::string& lot : lots) {
        const std::string read = folded(lot);
        if (read == sought)
            same.push_back(lot);
        else if (one_off(read, sought))
            near.push_back(lot);
    }
    same.insert(same.end(), near.begin(), near.end());
    return same;
}

void note_like_lots(const ledger::Operation& operation, const GlobalOptions& options, AnswerNotes notes) {
    constexpr std::size_t kShownMax = 10;
    const NamedLot named = lot_of(operation);
    if (named.gtin.empty() || named.lot.empty()) return;
    const std::vector<std::string> like = like_lots(named.lot, lots_of(named.gtin, options));
    notes.object["like_lots"] = like;
    notes.text += fmt::format("  nothing of {} was registered with the lot {}\n", named.gtin, named.lot);
    if (!like.empty()) {
        const std::vector<std::string> shown(like.begin(), like.begin() + std::min(like.size(), kShownMax));
        notes.text += fmt::format("  registered, and much like it: {}{}\n", fmt::join(shown, ", "),
                                  like.size() > shown.size() ? ", …" : "");
    }
    if (named.may_be_unregistered)
        notes.text += "  to do it all the same, for goods that are registered later: --unregistered\n";
}

}  // namespace touchstone::tools
