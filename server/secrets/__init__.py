"""The secret scanner: its rules and engine, and the places that it reads.

* rule, rules, rotation   what is a secret, and how one is replaced: data
* forms, samples          the notation of the rules: expressions, and made-up secrets
* matching                bytes in, matches out: the face for everything below
* looking                 what the first pass seeks; hyperscan_pass, re2_pass and literal_pass do it
* checking                the second pass: boundaries, placeholders, check digits, overlaps
* base64_windows, utf16   what is decoded on the way
* baselines               what a team has accepted with other scanners
"""
