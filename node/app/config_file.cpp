// config.toml: read and written. The only place that knows TOML.
#include <fmt/format.h>

#include "base/check.h"
#include "node/app/config.h"

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace touchstone::node {
namespace {

std::string place(const toml::node& node, const std::string& name) {
    return fmt::format("{}:{}", name, node.source().begin.line);
}

Error bad_value(const std::string& key, const std::string& where, std::string_view why) {
    return {"config_value", fmt::format("{} ({}): {}", key, where, why)};
}

Result<std::string> scalar_text(const toml::node& node, const std::string& key, const std::string& where) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* truth = node.as_boolean()) return std::string(truth->get() ? "true" : "false");
    return bad_value(key, where, "expected a text, a whole number or a boolean");
}

Result<std::string> value_text(const toml::node& node, const std::string& key, const std::string& where) {
    const auto* list = node.as_array();
    if (!list) return scalar_text(node, key, where);
    std::string joined;
    for (const toml::node& item : *list) {
        const auto* text = item.as_string();
        if (!text || text->get().empty() || text->get().find(',') != std::string::npos)
            return bad_value(key, where, "expected a list of texts without commas");
        if (!joined.empty()) joined += ',';
        joined += text->get();
    }
    return joined;
}

Status read_table(const toml::table& table, const std::string& prefix, const std::string& name, TextMap& out) {
    for (const auto& [part, node] : table) {
        const std::string key = prefix + std::string(part.str());
        const std::string where = place(node, name);
        if (const auto* inner = node.as_table(); inner && prefix.empty()) {
            TRY(read_table(*inner, key + ".", name, out));
            continue;
        }
        if (key == "home") return bad_value(key, where, "the file lies in the home, and can not move it");
        if (!find_setting(key))
            return Error{"config_unknown", fmt::format("{}: there is no setting \"{}\"; did you mean \"{}\"?", where,
                                                       key, nearest_setting(key))};
        TRY_ASSIGN(out[key], value_text(node, key, where));
    }
    return Ok{};
}

// Numbers and booleans stand bare, lists in brackets, all else in quotes.
std::string literal(const Setting& setting, const std::string& text) {
    if (setting.key == "p2p.peers" || setting.key == "p2p.allow" || setting.key == "rpc.audience") {
        toml::array list;
        std::string_view rest = text;
        while (!rest.empty()) {
            const std::size_t comma = std::min(rest.find(','), rest.size());
            list.push_back(std::string(rest.substr(0, comma)));
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
        std::string out = "[";
        for (std::size_t i = 0; i < list.size(); ++i)
            out += fmt::format("{}\n    \"{}\"", i == 0 ? "" : ",", list[i].as_string()->get());
        return out + (list.empty() ? "]" : "\n]");
    }
    const bool bare =
        !setting.fallback.empty() && (setting.fallback == "true" || setting.fallback == "false" ||
                                      setting.fallback.find_first_not_of("0123456789") == std::string_view::npos);
    if (bare) return text;
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

}  // namespace

Result<TextMap> parse_config_file(const std::string& text, const std::string& name) {
    const toml::parse_result parsed = toml::parse(text, name);
    if (!parsed) {
        const auto& error = parsed.error();
        return Error{"config_syntax",
                     fmt::format("{}:{}: {}", name, error.source().begin.line, std::string(error.description()))};
    }
    TextMap values;
    TRY(read_table(parsed.table(), "", name, values));
    return values;
}

std::string render_config_file(const TextMap& values) {
    for (const auto& [key, text] : values) INVARIANT(find_setting(key) && key != "home");
    std::string out = "# Settings of this node. A flag or an environment variable goes before what is set here.\n";
    std::string section;
    for (const Setting& setting : settings()) {
        const std::size_t dot = setting.key.find('.');
        if (dot == std::string_view::npos) continue;
        if (section != setting.key.substr(0, dot)) {
            section = setting.key.substr(0, dot);
            out += fmt::format("\n[{}]\n", section);
        }
        const auto set = values.find(std::string(setting.key));
        const std::string text = set == values.end() ? std::string(setting.fallback) : set->second;
        out += fmt::format("# {} ({})\n{}{} = {}\n", setting.help, setting.env, set == values.end() ? "#" : "",
                           setting.key.substr(dot + 1), literal(setting, text));
    }
    return out;
}

}  // namespace touchstone::node
