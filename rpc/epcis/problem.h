// What the EPCIS REST binding answers when it can not do what was asked: RFC 7807, with the exception types of
// EPCIS 2.0.
#pragma once

#include <string>

namespace touchstone::epcis {

struct Problem {
    unsigned status = 500;
    std::string type;    // the exception's name: "QueryParameterException"
    std::string detail;  // what was met, and what to do about it
    bool operator==(const Problem&) const = default;
};

inline Problem bad_query(std::string detail) { return {400, "QueryParameterException", std::move(detail)}; }
inline Problem not_there(std::string detail) { return {404, "NoSuchResourceException", std::move(detail)}; }
inline Problem faulty(std::string detail) { return {500, "ImplementationException", std::move(detail)}; }

// {"type":"epcisException:…","title":…,"status":…,"detail":…}
std::string problem_json(const Problem& problem);

}  // namespace touchstone::epcis
