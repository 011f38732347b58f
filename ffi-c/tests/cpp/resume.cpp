// Without a word: uploads the document and prints its token. With a token: prints the result's
// file name.
#include "case.hpp"

int main(int count, char **arguments) {
    const mindee::Client client;
    if (count < 2) {
        std::cout << client.extraction().enqueue(document(), quick()).resume_token() << "\n";
        return 0;
    }
    const auto result = client.jobs().result(arguments[1]);
    std::cout << *result.at("/inference/file/name").text() << "\n";
    return 0;
}
