"""Fill a new database for the demo: ``python demo_data.py DATABASE``.

A Polish company with customers at home, in the EU, outside it and in private, products
of several rates, posted invoices of each kind and an accountant who reads Polish. All
tax numbers are made up (ten equal digits pass the check sum).
"""

import sys

import odoo_env

from odoo.fields import Command, Date

COMPANY = {
    "name": "Pracownia Papieru Sp. z o.o.",
    "vat": "PL1111111111",
    "street": "ul. Długa 7/4",
    "zip": "31-147",
    "city": "Kraków",
    "email": "biuro@pracownia-papieru.example",
    "phone": "+48 12 345 67 89",
}
BANK_ACCOUNT = "PL61109010140000071219812874"
CUSTOMERS = {
    "home": {
        "name": "Studio Graficzne Kreska Sp. z o.o.",
        "vat": "PL2222222222",
        "street": "ul. Świętojańska 18",
        "zip": "81-368",
        "city": "Gdynia",
        "country": "base.pl",
        "is_company": True,
        "email": "faktury@kreska.example",
    },
    "shop": {
        "name": "Księgarnia Żółw s.c.",
        "vat": "PL3333333333",
        "street": "pl. Wolności 2",
        "zip": "50-071",
        "city": "Wrocław",
        "country": "base.pl",
        "is_company": True,
        "email": "zolw@ksiegarnia.example",
    },
    "eu": {
        "name": "Müller Bürotechnik GmbH",
        "vat": "DE136695976",
        "street": "Karl-Marx-Allee 35",
        "zip": "10178",
        "city": "Berlin",
        "country": "base.de",
        "is_company": True,
        "email": "rechnung@mueller-buerotechnik.example",
    },
    "outside": {
        "name": "Blue Ridge Stationery LLC",
        "street": "120 Main Street",
        "zip": "28801",
        "city": "Asheville",
        "country": "base.us",
        "is_company": True,
        "email": "invoices@blueridge.example",
    },
    "private": {
        "name": "Jan Kowalski",
        "street": "ul. Polna 3",
        "zip": "00-625",
        "city": "Warszawa",
        "country": "base.pl",
        "is_company": False,
        "email": "jan.kowalski@poczta.example",
    },
}
#: key: (name in English, in Polish, price, tax, kind)
PRODUCTS = {
    "paper": (
        "Copy paper A4, box",
        "Papier ksero A4, karton",
        89.0,
        "vs_kraj_23",
        "consu",
    ),
    "poster": ("Poster printing", "Druk plakatów", 240.0, "vs_kraj_usl_23", "service"),
    "map": ("Hand-made map", "Mapa ręcznie robiona", 55.0, "vs_kraj_8", "consu"),
    "book": (
        "History of paper, book",
        "Dzieje papieru, książka",
        42.5,
        "vs_kraj_5",
        "consu",
    ),
}
#: (customer, currency, [(product, quantity, discount)], whether it is posted)
INVOICES = [
    ("home", "PLN", [("paper", 10, 0), ("poster", 2, 10)], True),
    ("shop", "PLN", [("book", 24, 5), ("map", 6, 0), ("paper", 1, 0)], True),
    ("private", "PLN", [("map", 1, 0)], True),
    ("eu", "EUR", [("paper", 40, 0)], True),
    ("outside", "EUR", [("paper", 12, 0)], True),
    ("home", "PLN", [("poster", 5, 0)], False),
]
EUROS_PER_ZLOTY = 1 / 4.2514


def make_company(env):
    """Turn the database's only company into the Polish one."""
    company = env.ref("base.main_company")
    pln = env.ref("base.PLN")
    pln.active = env.ref("base.EUR").active = True
    company.write(
        COMPANY | {"country_id": env.ref("base.pl").id, "currency_id": pln.id}
    )
    env["account.chart.template"].try_loading("pl", company, install_demo=False)
    env["res.currency.rate"].create(
        {
            "currency_id": env.ref("base.EUR").id,
            "company_id": company.id,
            "name": Date.subtract(Date.context_today(company), days=1),
            "rate": EUROS_PER_ZLOTY,
        }
    )
    # What nobody in particular reads, history and received invoices, is in Polish.
    company.partner_id.lang = "pl_PL"
    env["res.partner.bank"].create(
        {
            "acc_number": BANK_ACCOUNT,
            "partner_id": company.partner_id.id,
            "allow_out_payment": True,
            "bank_id": env["res.bank"].create({"name": "Bank Przykładowy S.A."}).id,
        }
    )
    return company


def make_accountant(env, company):
    """Make Anna, who may administer the accounting and nothing else."""
    return env["res.users"].create(
        {
            "name": "Anna Księgowa",
            "login": "anna",
            "password": "anna",
            "email": COMPANY["email"],
            "lang": "pl_PL",
            "tz": "Europe/Warsaw",
            "company_id": company.id,
            "company_ids": [Command.set(company.ids)],
            "group_ids": [
                Command.link(env.ref("base.group_user").id),
                Command.link(env.ref("account.group_account_manager").id),
            ],
        }
    )


def make_customers(env):
    """Return the customers by their keys."""
    partners = {}
    for key, values in CUSTOMERS.items():
        values = dict(values)
        country = env.ref(values.pop("country"))
        language = "pl_PL" if country.code == "PL" else "en_US"
        partners[key] = env["res.partner"].create(
            values | {"country_id": country.id, "lang": language}
        )
    return partners


def make_products(env, company):
    """Return the products by their keys, named in both languages."""
    template = env["account.chart.template"].with_company(company)
    products = {}
    for key, (name, polish, price, tax, kind) in PRODUCTS.items():
        product = env["product.product"].create(
            {
                "name": name,
                "list_price": price,
                "type": kind,
                "default_code": f"PP-{key.upper()}",
                "taxes_id": [Command.set(template.ref(tax).ids)],
            }
        )
        product.with_context(lang="pl_PL").name = polish
        products[key] = product
    return products


def make_invoices(env, partners, products):
    """Make invoices of each kind, the last one a draft."""
    for customer, currency, lines, is_posted in INVOICES:
        partner = partners[customer]
        move = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "currency_id": env.ref(f"base.{currency}").id,
                "invoice_date": Date.context_today(partner),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": products[product].id,
                            "quantity": quantity,
                            "discount": discount,
                        }
                    )
                    for product, quantity, discount in lines
                ],
            }
        )
        if is_posted:
            move.action_post()


def stay_alone(env):
    """Keep the demo to this machine: no news from the vendor, links that lead here.

    ``dev/demo`` sets the address at each start.
    """
    news = env.ref("mail.ir_cron_module_update_notification", raise_if_not_found=False)
    if news:
        news.active = False
    env["ir.config_parameter"].set_param("web.base.url.freeze", "True")


def main(database: str) -> None:
    """Fill ``database``."""
    with odoo_env.open(database) as env:
        company = make_company(env)
        env = env(context={"lang": "en_US", "tracking_disable": True})
        env.ref("base.user_admin").write({"tz": "Europe/Warsaw", "lang": "en_US"})
        make_accountant(env, company)
        make_invoices(env, make_customers(env), make_products(env, company))
        stay_alone(env)


if __name__ == "__main__":
    main(*sys.argv[1:])
