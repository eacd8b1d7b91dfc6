// JSON Schema texts that several methods share.
#pragma once

#include <string_view>

namespace touchstone::rpc::schema {

inline constexpr std::string_view kText = R"({"type":"string"})";
inline constexpr std::string_view kHash = R"({"type":"string","pattern":"^[0-9a-fA-F]{64}$"})";
inline constexpr std::string_view kBase64 = R"({"type":"string","contentEncoding":"base64"})";
inline constexpr std::string_view kHeight = R"({"type":"integer","minimum":0})";
inline constexpr std::string_view kBoolean = R"({"type":"boolean"})";
inline constexpr std::string_view kLimit = R"({"type":"integer","minimum":1,"maximum":1000,"default":100})";
inline constexpr std::string_view kGtin = R"({"type":"string","pattern":"^([0-9]{8}|[0-9]{12,14})$"})";
inline constexpr std::string_view kSerial = R"({"type":"string","minLength":1,"maxLength":20})";
inline constexpr std::string_view kItem =
    R"({"oneOf":[{"type":"string"},{"type":"object","properties":{"gtin":{"type":"string"},"serial":{"type":"string"},)"
    R"("uri":{"type":"string"},"commitment":{"type":"string"}}}]})";
inline constexpr std::string_view kObject = R"({"type":"object"})";
inline constexpr std::string_view kPage =
    R"({"type":"object","required":["complete","cursor"],"properties":{"complete":{"type":"boolean"},)"
    R"("cursor":{"type":["string","null"]}}})";

}  // namespace touchstone::rpc::schema
