// Commands that send one operation: sign, send, wait, and say what became of it.
//
// Thread safety: called once, by the command that runs.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <span>

#include "tools/client/submit.h"

namespace touchstone::tools {

// What a command adds to its answer when the operation was taken: members of the object, lines of the text.
struct AnswerNotes {
    nlohmann::json& object;
    std::string& text;
};
using AddNotes = std::function<void(const TransactionAnswer& answer, AnswerNotes notes)>;

// Answers the exit status; the answer, or the error, is printed.
int run_single(const ledger::Operation& operation, const GlobalOptions& options, const AddNotes& add_notes = nullptr);

// Several in one transaction, named by the first: all of them, or none.
int run_together(std::span<const ledger::Operation> operations, const GlobalOptions& options,
                 const AddNotes& add_notes = nullptr);

// SHA-256 of a file: the ledger carries the digest of a document, never the document. Error: file_unreadable.
Result<Hash256> file_digest(const std::string& path);

}  // namespace touchstone::tools
