// One visitor out of several lambdas, for std::visit and for judging records of several kinds.
#pragma once

namespace touchstone {

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
#ifdef __clang__  // version 14 does not deduce it by itself
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;
#endif

}  // namespace touchstone
