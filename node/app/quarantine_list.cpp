#include "node/app/quarantine_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace touchstone::node {
namespace {

using nlohmann::json;

std::optional<QuarantinedTransaction> entry_from(const json& from) {
    const auto text = [&](const char* name) { return from.value(name, std::string()); };
    const auto id = Hash256::from_hex(text("id"));
    if (!id) return std::nullopt;
    return QuarantinedTransaction{*id,
                                  text("organisation"),
                                  text("operations"),
                                  Height(from.value("height", std::uint64_t{0})),
                                  from.value("ends", std::uint64_t{0}),
                                  from.value("held", false),
                                  from.value("ends_again", false)};
}

}  // namespace

Result<QuarantineList> QuarantineList::read(const Home& home) {
    QuarantineList list;
    const auto text = read_text_file(home.quarantine());
    if (!text.ok() && text.error().code == "file_missing") return list;
    if (!text.ok()) return text.error();
    const Error malformed{"quarantine_malformed",
                          fmt::format("{} is not well formed; move it away to release everything it held",
                                      home.quarantine().string())};
    try {
        const json all = json::parse(*text);
        for (const json& one : all.at("transactions")) {
            auto entry = entry_from(one);
            if (!entry) return malformed;
            list.all_.push_back(*std::move(entry));
        }
    } catch (const json::exception&) {
        return malformed;
    }
    return list;
}

Status QuarantineList::write(const Home& home) const {
    json all = json::array();
    for (const QuarantinedTransaction& one : all_)
        all.push_back({{"id", one.id.hex()},
                       {"organisation", one.organisation},
                       {"operations", one.operations},
                       {"height", one.height.value},
                       {"ends", one.ends},
                       {"held", one.held},
                       {"ends_again", one.ends_again}});
    return write_text_file(home.quarantine(), json{{"transactions", all}}.dump(2) + "\n");
}

const QuarantinedTransaction* QuarantineList::find(const Hash256& id) const {
    const auto found = std::find_if(all_.begin(), all_.end(), [&](const auto& one) { return one.id == id; });
    return found == all_.end() ? nullptr : &*found;
}

QuarantinedTransaction& QuarantineList::entry(const Hash256& id) {
    const auto found = std::find_if(all_.begin(), all_.end(), [&](const auto& one) { return one.id == id; });
    if (found != all_.end()) return *found;
    all_.push_back({id, {}, {}, {}});
    return all_.back();
}

bool QuarantineList::remove(const Hash256& id) {
    return std::erase_if(all_, [&](const auto& one) { return one.id == id; }) > 0;
}

bool QuarantineList::forget_remembered(const Hash256& but) {
    return std::erase_if(all_, [&](const auto& one) { return !one.held && one.id != but; }) > 0;
}

}  // namespace touchstone::node
