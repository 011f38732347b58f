/* Loses a handle: if this is not found, the tool that looks for leaks is not looking. */
#include "case.h"

int main(void) {
    mindee_options *options = new_options();
    options = NULL;
    return options == NULL ? 0 : 1;
}
