// An EPCIS 2.0 document in JSON-LD, taken apart into its events. Values and pure functions.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "rpc/epcis/event_hash.h"

namespace touchstone::epcis {

// The prefix of this project's own extensions, and their namespace.
inline constexpr std::string_view kPrefix = "touchstone";
inline constexpr std::string_view kNamespace = "https://touchstone.example/epcis/";

struct DocumentEvent {
    std::size_t index = 0;  // 1 = first event of the document
    nlohmann::json event;
    Namespaces namespaces;  // of the document; those of the event itself go before them
};

// An EPCISDocument, an EPCISQueryDocument, a list of events or one event. Error: malformed_document.
Result<std::vector<DocumentEvent>> read_document(const std::string& text);

// A text member of an object, or an empty text.
std::string text_at(const nlohmann::json& object, std::string_view name);
// A member by its local name in this project's namespace, whatever its prefix.
std::string own_text(const DocumentEvent& event, std::string_view local);

// An EPCISDocument around these events; `created` as ISO 8601.
nlohmann::json make_document(nlohmann::json events, const std::string& created);
// Its text, with the type of each object before all else. That is for people, and for the reference implementation of
// the event hash, which takes types and identifiers of business transactions in the order in which they are written.
std::string document_text(const nlohmann::json& document, int indent);

}  // namespace touchstone::epcis
