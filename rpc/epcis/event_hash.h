// The event identifier of CBV 2.0 (section 8.9): a hash of what an EPCIS event says, whatever the order of its fields,
// its namespaces' prefixes, the form of its identifiers or the time zone it is written in.
//
//   pre-hash  eventType=ObjectEvent, then the fields in a canonical order, each as name=value, all joined without
//             separators. Lists are sorted. Times are in UTC with milliseconds; GS1 keys are canonical Digital Links;
//             words of the vocabulary are their web URIs; extensions are {namespace}name=value. eventID, recordTime
//             and errorDeclaration take no part.
//   event id  ni:///sha-256;<SHA-256 of the pre-hash, 64 hexadecimal digits>?ver=CBV2.0
//
// Where the text of the standard and its reference implementation differ, this follows the implementation, since its
// published hashes are what others compare with: business transactions, destinations and sources stand, in this order,
// after the sensor data, and a parent before the list of EPCs (docs/epcis.md).
//
// Pure functions; any thread.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/hash256.h"

namespace touchstone::epcis {

// Prefix -> namespace, of a document and of one event.
using Namespaces = std::map<std::string, std::string, std::less<>>;
// Adds what an @context declares; what it declares already is replaced.
void add_namespaces(Namespaces& namespaces, const nlohmann::json& context);
// Those that every EPCIS document has.
Namespaces standard_namespaces();

std::string pre_hash(const nlohmann::json& event, const Namespaces& namespaces);
Hash256 event_hash(const nlohmann::json& event, const Namespaces& namespaces);
std::string event_id_of(const Hash256& hash);
// The hash in an event identifier of this form. nullopt: it has another.
std::optional<Hash256> hash_of_event_id(std::string_view event_id);

}  // namespace touchstone::epcis
