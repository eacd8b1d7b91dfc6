#include "rpc/epcis/identifiers.h"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "ledger/identifiers/gs1.h"
#include "ledger/identifiers/text.h"

namespace touchstone::epcis {
namespace {

constexpr std::string_view kDomain = "https://id.gs1.org";

bool all_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

// Digital Links escape these; EPC URNs keep their own escapes, which stay as they are.
std::string link_text(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (std::string_view("!()*+,:").find(c) != std::string_view::npos)
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        else
            out.push_back(c);
    return out;
}

std::string with_check(const std::string& digits) { return digits + ledger::check_digit(digits); }

// How the parts of an EPC URN become application identifiers.
enum class Layout {
    kGtin,    // prefix.indicator-and-item [. rest]: indicator ‖ prefix ‖ item ‖ check
    kSscc,    // prefix.extension-and-serial: likewise, 18 digits
    kKey,     // prefix.reference [. rest]: prefix ‖ reference ‖ check
    kAsset,   // as kKey, after a 0
    kPlain,   // prefix.reference: joined, no check digit
    kChecked  // prefix.reference: joined, check digit, no rest
};

struct Scheme {
    std::string_view name;       // after urn:epc:id:, urn:epc:class: or urn:epc:idpat:
    std::string_view key;        // application identifier of the key
    std::string_view qualifier;  // of the rest; empty: the rest follows the key directly
    Layout layout;
    std::size_t digits;  // of prefix and reference together; 0: any
};
constexpr std::array kSchemes{
    Scheme{"sgtin", "01", "21", Layout::kGtin, 13},    Scheme{"lgtin", "01", "10", Layout::kGtin, 13},
    Scheme{"upui", "01", "235", Layout::kGtin, 13},    Scheme{"itip", "8006", "21", Layout::kGtin, 13},
    Scheme{"sscc", "00", "", Layout::kSscc, 17},       Scheme{"sgln", "414", "254", Layout::kKey, 12},
    Scheme{"pgln", "417", "", Layout::kChecked, 12},   Scheme{"grai", "8003", "", Layout::kAsset, 12},
    Scheme{"gdti", "253", "", Layout::kKey, 12},       Scheme{"sgcn", "255", "", Layout::kKey, 12},
    Scheme{"giai", "8004", "", Layout::kPlain, 0},     Scheme{"ginc", "401", "", Layout::kPlain, 0},
    Scheme{"cpi", "8010", "8011", Layout::kPlain, 0},  Scheme{"gsrn", "8018", "", Layout::kChecked, 17},
    Scheme{"gsrnp", "8017", "", Layout::kChecked, 17}, Scheme{"gsin", "402", "", Layout::kChecked, 16}};

// The key of an EPC URN and what follows it.
struct EpcUrn {
    const Scheme* scheme = nullptr;
    std::string value;  // of the key, with its check digit
    std::string rest;   // serial, lot, extension; empty: none, or a pattern
    bool pattern = false;
};

std::string key_value(const Scheme& scheme, std::string_view prefix, std::string_view reference) {
    std::string first, joined(prefix);
    if (scheme.layout == Layout::kGtin || scheme.layout == Layout::kSscc) {
        first = std::string(reference.substr(0, 1));
        reference.remove_prefix(1);
    }
    joined = first + joined + std::string(reference);
    if (scheme.layout == Layout::kAsset) joined = "0" + joined;
    return scheme.layout == Layout::kPlain ? joined : with_check(joined);
}

std::optional<EpcUrn> read_urn(std::string_view uri) {
    constexpr std::array<std::string_view, 3> kForms{"urn:epc:id:", "urn:epc:class:", "urn:epc:idpat:"};
    std::size_t form = 0;
    while (form < kForms.size() && !uri.starts_with(kForms[form])) ++form;
    if (form == kForms.size()) return std::nullopt;
    uri.remove_prefix(kForms[form].size());
    const std::size_t colon = uri.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    EpcUrn made;
    made.pattern = form == 2;
    for (const Scheme& scheme : kSchemes)
        if (scheme.name == uri.substr(0, colon)) made.scheme = &scheme;
    if (made.scheme == nullptr) return std::nullopt;
    const std::string_view body = uri.substr(colon + 1);
    const auto parts = split(body, '.');
    if (parts.size() < 2 || !all_digits(parts[0]) || parts[0].size() < 6 || parts[0].size() > 12) return std::nullopt;
    const bool plain = made.scheme->layout == Layout::kPlain;
    const bool digits = parts[1].empty() ? parts[0].size() == made.scheme->digits : all_digits(parts[1]);
    if (!plain && (!digits || parts[0].size() + parts[1].size() != made.scheme->digits)) return std::nullopt;
    const bool indicator = made.scheme->layout == Layout::kGtin || made.scheme->layout == Layout::kSscc;
    if (indicator && parts[1].empty()) return std::nullopt;
    std::size_t used = parts[0].size() + 1 + parts[1].size();
    made.value = key_value(*made.scheme, parts[0], parts[1]);
    if (made.scheme->name == "giai" || made.scheme->name == "ginc") {  // a reference may have dots
        made.value = std::string(parts[0]) + link_text(body.substr(parts[0].size() + 1));
        used = body.size();
    } else if (made.scheme->name == "itip" && parts.size() >= 4) {  // piece and total belong to the key
        made.value += std::string(parts[2]) + std::string(parts[3]);
        used += 2 + parts[2].size() + parts[3].size();
    } else if (made.scheme->name == "cpi") {
        made.value = std::string(parts[0]) + link_text(parts[1]);
    }
    if (used < body.size()) made.rest = std::string(body.substr(used + 1));
    if (made.pattern) {
        if (made.rest != "*" && !made.rest.empty()) return std::nullopt;
        made.rest.clear();
    }
    return made;
}

std::string link_of(const EpcUrn& urn) {
    std::string link = fmt::format("{}/{}/{}", kDomain, urn.scheme->key, urn.value);
    const bool no_extension = urn.scheme->name == "sgln" && urn.rest == "0";
    if (urn.rest.empty() || no_extension) return link;
    if (!urn.scheme->qualifier.empty()) link += fmt::format("/{}/", urn.scheme->qualifier);
    return link + link_text(urn.rest);
}

// -- Digital Links

struct Alias {
    std::string_view name;
    std::string_view identifier;
};
constexpr std::array kAliases{
    Alias{"gtin", "01"},    Alias{"itip", "8006"}, Alias{"cpi", "8010"},  Alias{"gln", "414"},   Alias{"party", "417"},
    Alias{"gsrnp", "8017"}, Alias{"gsrn", "8018"}, Alias{"gcn", "255"},   Alias{"sscc", "00"},   Alias{"gdti", "253"},
    Alias{"ginc", "401"},   Alias{"gsin", "402"},  Alias{"grai", "8003"}, Alias{"giai", "8004"}, Alias{"ser", "21"},
    Alias{"lot", "10"},     Alias{"glnx", "254"},  Alias{"cpsn", "8011"}, Alias{"cpv", "22"},    Alias{"tpx", "235"}};

std::string_view identifier_of(std::string_view segment) {
    for (const Alias& alias : kAliases)
        if (alias.name == segment) return alias.identifier;
    return segment;
}

// Of a key's value: how many digits it begins with, and whether more may follow.
struct KeyForm {
    std::string_view identifier;
    std::size_t digits;
    bool open;
};
constexpr std::array kKeyForms{KeyForm{"00", 18, false},   KeyForm{"01", 14, false},   KeyForm{"253", 13, true},
                               KeyForm{"255", 13, true},   KeyForm{"401", 0, true},    KeyForm{"402", 17, false},
                               KeyForm{"414", 13, false},  KeyForm{"417", 13, false},  KeyForm{"8003", 14, true},
                               KeyForm{"8004", 0, true},   KeyForm{"8006", 18, false}, KeyForm{"8010", 0, true},
                               KeyForm{"8017", 18, false}, KeyForm{"8018", 18, false}};

const KeyForm* key_form(std::string_view identifier) {
    for (const KeyForm& form : kKeyForms)
        if (form.identifier == identifier) return &form;
    return nullptr;
}

struct Link {
    std::string key;  // application identifier
    std::string value;
    std::vector<std::pair<std::string, std::string>> qualifiers;
    const std::string* find(std::string_view identifier) const {
        for (const auto& [name, value_of] : qualifiers)
            if (name == identifier) return &value_of;
        return nullptr;
    }
};

std::optional<Link> read_link(std::string_view uri) {
    std::size_t scheme = 0;
    for (const std::string_view known : {"https://", "http://"})
        if (uri.starts_with(known)) scheme = known.size();
    if (scheme == 0) return std::nullopt;
    uri.remove_prefix(scheme);
    auto segments = split(uri.substr(0, uri.find_first_of("?#")), '/');
    for (std::size_t i = 1; i + 1 < segments.size(); ++i) {
        const KeyForm* const form = key_form(identifier_of(segments[i]));
        if (form == nullptr) continue;
        Link made{std::string(form->identifier), std::string(segments[i + 1]), {}};
        if (form->identifier == "01" && all_digits(made.value) && made.value.size() < 14)
            made.value.insert(0, 14 - made.value.size(), '0');
        const bool fits = made.value.size() >= form->digits && (form->open || made.value.size() == form->digits) &&
                          (form->digits == 0 || all_digits(made.value.substr(0, form->digits)));
        if (!fits || made.value.empty()) continue;
        for (std::size_t j = i + 2; j + 1 < segments.size(); j += 2)
            made.qualifiers.emplace_back(identifier_of(segments[j]), segments[j + 1]);
        return made;
    }
    return std::nullopt;
}

std::string link_of(const Link& link) {
    std::string out = fmt::format("{}/{}/{}", kDomain, link.key, link.value);
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kFinest{
        {{"01", "21"}, {"01", "235"}, {"01", "10"}, {"414", "254"}, {"8006", "21"}, {"8006", "10"}}};
    for (const auto& [key, qualifier] : kFinest)
        if (key == link.key)
            if (const std::string* value = link.find(qualifier)) return out + fmt::format("/{}/{}", qualifier, *value);
    if (link.key == "8010")
        if (const std::string* value = link.find("8011")) return out + "/8011/" + *value;
    return out;
}

// -- from the canonical link to what the ledger knows

Error bad(std::string_view code, std::string_view uri, std::string_view why) {
    return {std::string(code), fmt::format("'{}': {}", uri, why)};
}

Result<Identifier> item_or_class(const Link& link, std::string_view uri) {
    Identifier made;
    const auto gtin = ledger::to_gtin14(link.value);
    if (!gtin.ok()) return bad("bad_gtin", uri, gtin.error().message);
    made.gtin = *gtin;
    made.kind = IdentifierKind::kProduct;
    if (const std::string* serial = link.find("21")) {
        const auto text = percent_decode(*serial);
        if (!text || !ledger::is_serial(*text))
            return bad("bad_serial", uri, "the serial is not 1 to 20 GS1 characters");
        made.kind = IdentifierKind::kItem;
        made.serial = *text;
    } else if (const std::string* lot = link.find("10")) {
        const auto text = percent_decode(*lot);
        if (!text || !ledger::is_lot(*text)) return bad("bad_lot", uri, "the lot is not 1 to 20 GS1 characters");
        made.kind = IdentifierKind::kLot;
        made.lot = *text;
    } else if (link.find("235") != nullptr) {
        made = {};
    }
    return made;
}

std::optional<Identifier> own_name(std::string_view uri) {
    for (const auto& [prefix, kind] :
         {std::pair{kItemUrn, IdentifierKind::kItem}, std::pair{kContainerUrn, IdentifierKind::kContainer}}) {
        if (!uri.starts_with(prefix)) continue;
        const std::string_view name = uri.substr(prefix.size());
        const std::size_t colon = name.find(':');
        if (colon == std::string_view::npos) return std::nullopt;
        const bool item = kind == IdentifierKind::kItem;
        const std::string_view first = name.substr(0, colon);
        Identifier made;
        made.kind = kind;
        made.commitment = Hash256::from_hex(name.substr(colon + 1));
        (item ? made.gtin : made.maker) = first;
        const bool sound = item ? ledger::is_gtin14(first) : ledger::is_slug(first);
        return sound && made.commitment ? std::optional(std::move(made)) : std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

std::string percent_encode(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           std::string_view("-._~").find(c) != std::string_view::npos;
        if (plain)
            out.push_back(c);
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::optional<std::string> percent_decode(std::string_view text) {
    const auto digit = [](char c) {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    };
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out.push_back(text[i]);
            continue;
        }
        if (i + 2 >= text.size() || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0) return std::nullopt;
        out.push_back(static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])));
        i += 2;
    }
    return out;
}

std::optional<std::string> canonical_link(std::string_view uri) {
    if (const auto urn = read_urn(uri)) return link_of(*urn);
    if (const auto link = read_link(uri)) return link_of(*link);
    return std::nullopt;
}

Result<Identifier> read_identifier(std::string_view uri) {
    if (const auto own = own_name(uri)) return *own;
    const bool epc = uri.starts_with("urn:epc:id:") || uri.starts_with("urn:epc:class:");
    const auto canonical = canonical_link(uri);
    if (!canonical) {
        for (const std::string_view known : {"sgtin:", "sscc:", "lgtin:", "sgln:", "pgln:"})
            if (epc && uri.find(known) != std::string_view::npos)
                return bad("bad_identifier", uri, "the parts of this EPC do not have the lengths that GS1 prescribes");
        return Identifier{};
    }
    const auto link = read_link(*canonical);
    if (!link) return Identifier{};
    Identifier made;
    if (link->key == "01") return item_or_class(*link, uri);
    if (link->key == "00") {
        if (!ledger::is_sscc(link->value)) return bad("bad_sscc", uri, "the SSCC's check digit is wrong");
        made.kind = IdentifierKind::kContainer;
        made.sscc = link->value;
    } else if (link->key == "414" || link->key == "417") {
        if (!ledger::is_gln(link->value)) return bad("bad_gln", uri, "the GLN's check digit is wrong");
        made.kind = link->key == "414" ? IdentifierKind::kLocation : IdentifierKind::kParty;
        made.gln = link->value;
        if (const std::string* extension = link->find("254")) made.extension = *extension;
    }
    return made;
}

ledger::ItemName item_name(const Identifier& identifier) {
    INVARIANT(identifier.kind == IdentifierKind::kItem);
    if (identifier.commitment) return {identifier.gtin, *identifier.commitment};
    return {identifier.gtin, ledger::serial_commitment(identifier.gtin, identifier.serial)};
}

Hash256 container_commitment(const Identifier& identifier) {
    INVARIANT(identifier.kind == IdentifierKind::kContainer);
    return identifier.commitment ? *identifier.commitment : ledger::sscc_commitment(identifier.sscc);
}

std::optional<std::string> epc_urn(const Identifier& identifier, std::size_t prefix_digits) {
    if (prefix_digits < 6 || prefix_digits > 12 || identifier.commitment) return std::nullopt;
    const auto gtin = [&](std::string_view form, const std::string& rest) {
        const std::string_view digits = std::string_view(identifier.gtin).substr(1, 12);
        return fmt::format("urn:epc:{}:{}.{}{}.{}", form, digits.substr(0, prefix_digits), identifier.gtin[0],
                           digits.substr(prefix_digits), percent_encode(rest));
    };
    const auto gln = [&](std::string_view form) {
        return fmt::format("urn:epc:id:{}:{}.{}", form, identifier.gln.substr(0, prefix_digits),
                           identifier.gln.substr(prefix_digits, 12 - prefix_digits));
    };
    switch (identifier.kind) {
        case IdentifierKind::kItem:
            return gtin("id:sgtin", identifier.serial);
        case IdentifierKind::kLot:
            return gtin("class:lgtin", identifier.lot);
        case IdentifierKind::kContainer:
            return fmt::format("urn:epc:id:sscc:{}.{}{}", identifier.sscc.substr(1, prefix_digits), identifier.sscc[0],
                               identifier.sscc.substr(1 + prefix_digits, 16 - prefix_digits));
        case IdentifierKind::kLocation:
            return gln("sgln") + "." + (identifier.extension.empty() ? "0" : identifier.extension);
        case IdentifierKind::kParty:
            return gln("pgln");
        case IdentifierKind::kProduct:
        case IdentifierKind::kOther:
            break;
    }
    return std::nullopt;
}

std::optional<std::string> gln_of(std::string_view identifier) {
    if (ledger::is_gln(identifier)) return std::string(identifier);
    const auto read = read_identifier(identifier);
    if (!read.ok() || read->gln.empty()) return std::nullopt;
    return read->gln;
}

}  // namespace touchstone::epcis
