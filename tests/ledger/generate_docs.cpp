// Writes docs/errors.md, docs/transitions.md and docs/operations-reference.md from the ledger's own tables, or checks
// that they say the same.
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

std::string who_may() {
    return
        "\nAn item that another organisation registered, or for another product, is `item_taken` instead of "
        "`item_exists`.\n\n"
        "## Who may, beside the state\n\n"
        "| operation | who | and what hinders |\n|---|---|---|\n"
        "| `register` | the product's brand, or a manufacturer with a licence in force | the licence's dates, facility "
        "and "
        "quota; another expiry of the lot |\n"
        "| `ship` | the custodian | stolen, save to a regulator; quarantined or recalled, save to brand, maker or owner, "
        "an auditor or a regulator |\n"
        "| `cancel_shipment` | the sender | |\n"
        "| `receive`, `reject_shipment` | the receiver that the shipment names | nothing: the goods are there, and "
        "their "
        "flags stay |\n"
        "| `sell` | the custodian with the role retailer, brand or platform | stolen or quarantined; a recall; a "
        "country outside the product's territories; a shop that the platform suspended or closed |\n"
        "| `return` | the organisation that sold the item, the product's brand, or a return point of the product; it is "
        "in the custody of whoever takes it back | |\n"
        "| `pack`, `unpack` | who holds the outermost container, which must be at rest; of what is packed the "
        "custodian "
        "| packed is nothing stolen, quarantined or recalled, and nothing deeper than five levels |\n"
        "| `decommission` | the owner, whoever holds the item; a regulator, of what it holds | |\n"
        "| `lose` | the custodian, who of a shipment is its sender; of items the owner too | |\n"
        "| `undo_end` | who ended it; of lost items the owner too | more than 10 days by the chain's clock, save for "
        "what was lost |\n"
        "| `amend_registration` | the maker, or the product's brand | another expiry of the lot; a recall of another that "
        "would not find the item any more |\n"
        "| `void_registration` | the maker, or the product's brand | the item left its maker's hands or the brand's "
        "ownership, or was sold |\n"
        "| `reclaim` | the owner; of a container its maker | at once only where the holder, or the receiver of goods in "
        "transit, is suspended, and never of a container; else it waits for `reassign` |\n"
        "| `reassign`, `seize` | a regulator | goods that are held in another country; nothing is reclaimed |\n"
        "| `cancel_sale` | the organisation that sold the item | more than 24 hours by the chain's clock |\n"
        "| `transfer_ownership` | the owner, to an organisation that does more than carry goods | an offer that is "
        "pending |\n"
        "| `accept`, `reject` ownership | the organisation that it is offered to | |\n"
        "| `cancel` ownership | the owner | nothing is offered |\n"
        "| `receive: missing` | the receiver of a container, whose scan did not find the item in it | |\n"
        "| `flag` stolen, quarantined | the holder (of a packed item: of its outermost container), the owner, the "
        "product's brand, a regulator | you set it already |\n"
        "| `flag` suspect | these, a platform or an auditor | the same |\n"
        "| `flag` recalled | the product's brand or a regulator | the same |\n"
        "| `clear_flag` | who set it; a regulator, whoever set it; counterfeit: a regulator alone | it is not there |\n"
        "| `inspect` | an auditor, a regulator, a platform | nothing; nonconform and counterfeit_suspected set a flag |\n"
        "\nContainers live by the rows `ship` to `reject_shipment`, `pack` and `unpack`, `lose` to `undo_end`, and "
        "`reclaim` to `seize`;\n"
        "one that does not exist is `container_unknown`. What is reassigned to another than the claimant is "
        "**in_transit** to it from\n"
        "there. What is reassigned or seized out of a container is unpacked first, which is an event of its own.\n"
        "\nEach organisation sets a flag for itself and clears its own; a regulator clears any. A recall is a mark on the "
        "product\n"
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
    return out + who_may();
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
                                   std::pair{"operations-reference.md", operations_reference()}})
        good = (check ? same(folder / name, text) : write(folder / name, text)) && good;
    return good ? 0 : 1;
}
