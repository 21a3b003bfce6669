/* Calls the static library and prints its number. */
#include <stdio.h>

double value(double y_0, double y_1);

int main(void) {
    printf("%.17e\n", value(0.3, -0.4));
    return 0;
}
