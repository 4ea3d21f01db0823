"""Payment and trade."""

from typing import Final

from server.secrets.rule import Rule

PAYMENT: Final = (
    Rule("stripe-key", "Stripe live key", "stripe", ("(sk|rk)_(live|prod)_{A16-247}",)),
    Rule("stripe-test-key", "Stripe test key", "stripe", ("(sk|rk)_test_{A16-247}",), "info"),
    Rule("stripe-webhook", "Stripe webhook secret", "stripe", ("whsec_{A32}",)),
    Rule("square-token", "Square token", "payment-other", ("sq0(atp|csp)-{W22-43}", "EAAA{W60}")),
    Rule("shopify-token", "Shopify token", "payment-other", ("shp(at|ca|pa|ss)_{H32}",)),
    Rule(
        "braintree-token",
        "Braintree access token",
        "payment-other",
        ("access_token$production${L16}${h32}",),
    ),
    Rule(
        "plaid-token",
        "Plaid access token",
        "payment-other",
        ("access-(sandbox|development|production)-{h8}-{h4}-{h4}-{h4}-{h12}",),
    ),
    Rule(
        "flutterwave-key", "Flutterwave secret key", "payment-other", ("FLWSECK(|_TEST)-{h32}-X",)
    ),
    Rule("easypost-key", "EasyPost API key", "payment-other", ("EZ(A|T)K{A54}",)),
    Rule("shippo-token", "Shippo token", "payment-other", ("shippo_(live|test)_{h40}",)),
    Rule("duffel-token", "Duffel token", "payment-other", ("duffel_(live|test)_{V43}",)),
)
