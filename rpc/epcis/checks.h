// What makes an EPCIS 2.0 event well-formed, as far as capture depends on it (EPCIS 2.0 section 7.4, CBV 2.0 section
// 7).
//
// Pure functions. A fault is an Error{"malformed_event", the fault named}.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace touchstone::epcis {

[[nodiscard]] Status check_event(const nlohmann::json& event);

enum class Vocabulary { kBizStep, kDisposition, kSourceDestination };

// The short name of a standard value, given as such, as URN or as web URI; the text itself when it is somebody's own
// URI or CURIE. nullopt: neither (a bare word that the vocabulary does not have).
std::optional<std::string> vocabulary_name(std::string_view text, Vocabulary vocabulary);

}  // namespace touchstone::epcis
