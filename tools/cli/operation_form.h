// An operation on the command line: options that follow from its fields, and the operation from what was typed.
//
// Items and containers that it acts on are not its business: their names come in files too, and in great numbers.
// Belongs to one command; one thread.
#pragma once

#include <deque>
#include <functional>

#include "ledger/schema/operations.h"
#include "tools/client/client_options.h"

namespace touchstone::tools {

// What a field is called on the command line, as the library of options takes it: "--to", "gtin,--gtin".
std::string option_of(const ledger::field::Field& field);

// What is needed to fill a form beside what was typed.
struct FormContext {
    // An SSCC's container, as it is to be meant.
    std::function<Result<ledger::ContainerName>(const std::string& sscc)> container;
};

class OperationForm {
  public:
    // `empty`: which operation; what nobody types stays as it is there. `sub` outlives nothing of this.
    OperationForm(CLI::App& sub, ledger::Operation empty);
    OperationForm(const OperationForm&) = delete;
    OperationForm& operator=(const OperationForm&) = delete;

    const ledger::OperationInfo& info() const { return ledger::info(empty_); }
    // Once the program is parsed. Errors: bad_gtin, bad_date, … name the option; those of the context and of files.
    Result<ledger::Operation> filled(const FormContext& context) const;

  private:
    struct Typed {
        std::vector<std::string> texts;
        bool said = false;   // a flag's
        bool none = false;   // "none of them" was said in so many words
    };

    ledger::Operation empty_;
    std::deque<Typed> typed_;  // by field; the places never move
};

// A fresh operation of every kind, in their order.
std::vector<ledger::Operation> every_operation();

}  // namespace touchstone::tools
