// Writes docs/errors.md, docs/transitions.md, docs/operations-reference.md and docs/examples/events.json from the
// ledger's own tables, or checks that they say the same.
//   generate_docs <folder>           writes
//   generate_docs --check <folder>   exits with 1 if a file differs
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "ledger/rules/transitions.h"
#include "tests/ledger/generate_docs_operations.h"

namespace {

using namespace touchstone::ledger;

struct Group {
    std::uint16_t from;
    std::string_view title;
};
constexpr Group kGroups[]{{1, "The transaction as a whole"},
                          {100, "Fields"},
                          {200, "Products and licences"},
                          {300, "Items, flags and recalls"},
                          {450, "Reports"},
                          {470, "Sellers"},
                          {490, "Corrections"},
                          {510, "Territories"},
                          {550, "Documents"}};

std::string errors() {
    std::string out =
        "# Why the ledger refuses\n\n"
        "Generated from `ledger/schema/refusal.cpp` by `generate_docs`; do not edit. A refusal has a stable code, a number "
        "that\n"
        "stands in stored results, a meaning, and a remedy: what to do about it. Results also carry a detail that "
        "names\n"
        "the field or the item.\n";
    std::size_t group = 0;
    for (const RefusalInfo& one : refusals()) {
        const auto number = static_cast<std::uint16_t>(one.refusal);
        if (number == 0) continue;
        if (group < std::size(kGroups) && number >= kGroups[group].from)
            out += fmt::format("\n## {}\n\n| code | number | meaning | remedy |\n|---|---|---|---|\n",
                               kGroups[group++].title);
        out += fmt::format("| `{}` | {} | {} | {} |\n", one.code, number, one.meaning, one.remedy);
    }
    return out;
}

std::string cell(const Transition& transition) {
    if (transition.allowed()) return fmt::format("**{}**", name_of(transition.next));
    return fmt::format("`{}`", info(transition.refusal).code);
}

std::string beside_the_state() {
    std::string out =
        "\nAn item that another organisation registered, or for another product, is `item_taken` instead of "
        "`item_exists`.\n\n"
        "## Who may, beside the state\n\n"
        "| operation | who | and what hinders |\n|---|---|---|\n";
    for (const ItemOperation one : kItemOperations)
        out += fmt::format("| `{}` | {} | {} |\n", name_of(one), who_may(one), hindrances_of(one));
    return out +
        "\nContainers live by the rows `ship` to `reject_shipment`, `pack` and `unpack`, `lose` to `undo_end`, and "
        "`reclaim` to `seize`;\n"
        "one that does not exist is `container_unknown`. What is reassigned to another than the claimant is "
        "**in_transit** to it from\n"
        "there. What is reassigned, seized or found out of a container is unpacked first, which is an event of its own.\n"
        "What is under a claim of its owner, and lost and found, is marked `quarantined` in the owner's name, unless the "
        "owner has it\n"
        "then; of what was lost and found in a container, when it is taken out.\n"
        "\nEach organisation sets a flag for itself and clears its own; a regulator sets flags, and clears those of others, "
        "on goods\n"
        "that are held in its country. A recall is a mark on the product\n"
        "and no state of an item: the brand or a regulator issues it, each its own, and lifts its own. A recall that is "
        "limited to countries\n"
        "hinders shipping to an organisation of such a country, or of none, and a sale that names one, or none.\n"
        "\nReports and corrections are no operations on the state either. A report about an item, its resolution and "
        "a\n"
        "correction each add one event to the item's history; `open_reports` counts the reports that are not resolved. "
        "A\n"
        "correction is made by whoever recorded the wrong event, and leaves that event where it is.\n"
        "\nA document that is kept by its hash adds one event to the history of each item and container that it names "
        "and that\n"
        "the organisation has to do with: as custodian, owner, maker or brand. It changes no state.\n";
}

std::string transitions() {
    std::string out =
        "# The life of an item\n\n"
        "Generated from `ledger/rules/transitions.cpp` by `generate_docs`; do not edit. A cell shows the next state in bold, "
        "or\n"
        "the code of the refusal ([errors.md](errors.md)).\n\n| operation |";
    for (const Lifecycle state : kLifecycles) out += fmt::format(" {} |", name_of(state));
    out += "\n|---|";
    for (std::size_t i = 0; i < kLifecycles.size(); ++i) out += "---|";
    out += "\n";
    for (const ItemOperation operation : kItemOperations) {
        out += fmt::format("| `{}` |", name_of(operation));
        for (const Lifecycle state : kLifecycles) out += fmt::format(" {} |", cell(transition(state, operation)));
        out += "\n";
    }
    return out + beside_the_state();
}

std::string events() {
    std::string out;
    for (const EventWords& one : kEventWords) {
        std::string words(one.name);
        std::replace(words.begin(), words.end(), '_', ' ');
        out += fmt::format("{}\n  \"{}\": \"{}\"", out.empty() ? "{" : ",", static_cast<int>(one.kind), words);
    }
    return out + "\n}\n";
}

bool same(const std::filesystem::path& path, const std::string& text) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream content;
    content << file.rdbuf();
    if (file && content.str() == text) return true;
    fmt::print(stderr, "{} is not what the code says; write it again with: generate_docs {}\n", path.string(),
               path.parent_path().string());
    return false;
}

bool write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    return file.good();
}

}  // namespace

int main(int count, char** arguments) {
    const bool check = count == 3 && std::string_view(arguments[1]) == "--check";
    if (count != 2 && !check) {
        fmt::print(stderr, "usage: generate_docs [--check] <docs folder>\n");
        return 2;
    }
    const std::filesystem::path folder = arguments[count - 1];
    bool good = true;
    for (const auto& [name, text] : {std::pair{"errors.md", errors()}, std::pair{"transitions.md", transitions()},
                                   std::pair{"operations-reference.md", operations_reference()},
                                   std::pair{"examples/events.json", events()}})
        good = (check ? same(folder / name, text) : write(folder / name, text)) && good;
    return good ? 0 : 1;
}
