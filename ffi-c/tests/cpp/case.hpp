// A program of cases: `program <case>` runs one; without a name it lists them.
#ifndef CASE_HPP
#define CASE_HPP

#include <cstdlib>
#include <iostream>

#include "mindee.hpp"

#define CHECK(condition)                                                                     \
    do {                                                                                     \
        if (!(condition)) {                                                                  \
            std::cerr << __FILE__ << ":" << __LINE__ << ": not so: " << #condition << "\n";  \
            std::exit(1);                                                                    \
        }                                                                                    \
    } while (0)

#define CASE(name) {#name, name}

using Case = std::pair<std::string_view, void (*)()>;

inline const char *document() { return std::getenv("DOCUMENT"); }

inline mindee::Options quick() {
    return {{"model_id", std::getenv("MODEL")}, {"first_poll", "0.02"}, {"poll_interval", "0.02"}};
}

inline int run_case(std::initializer_list<Case> cases, int count, char **arguments) {
    for (const auto &[name, run] : cases) {
        if (count < 2) std::cout << name << "\n";
        if (count == 2 && name == arguments[1]) return run(), 0;
    }
    return count < 2 ? 0 : 2;
}

#endif
