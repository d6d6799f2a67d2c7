# The code of a page's block number `block`, counted from 1 over the blocks of C++.
/^```cpp$/ { ++count; inside = count == block; next }
/^```$/ { inside = 0 }
inside { print }
