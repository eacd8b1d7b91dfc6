// Recognises, without building a tree, bodies that hold nothing but plain item_verify calls.
//
// "Plain" is: a request object or an array of them; members jsonrpc, id, method and params, each once; an id that is a
// string or a small integer; params an object of known names with plain ASCII strings without escapes, and `proof` as
// true or false. Anything else is left to the general parser, be it valid or not, so that there is one place that
// names errors. Views point into the body.
#pragma once

#include <string_view>
#include <vector>

#include "rpc/verify.h"

namespace touchstone::rpc {

struct FastCall {
    std::string_view id;  // JSON text
    VerifyRequest request;
};

struct FastBody {
    std::vector<FastCall> calls;
    bool batch = false;
};

// False: not plain; `body` is then unspecified.
bool parse_fast(std::string_view text, std::size_t batch_max, FastBody& body);

}  // namespace touchstone::rpc
