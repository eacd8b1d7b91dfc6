// Names that people read: what can be seen of one, and when two are the same to the eye of somebody in a hurry.
// Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

namespace touchstone::ledger {

// Whether it has a character that leaves ink: neither a blank nor one that joins, separates or formats others unseen.
// Precondition, as below: is_plain_text().
bool has_visible(std::string_view text);

// What stays of a name when blanks and unseen characters are left out and capitals of Latin, Greek and Cyrillic letters
// are made small. Letters of one script that look like another's stay different: that is for the council to see.
std::string name_identity(std::string_view name);

}  // namespace touchstone::ledger
