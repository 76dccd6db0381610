/** An accountant has one number made for the payment of two bills, and pays them. */
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

/** Let the cron of identifiers run; the test puts this method in place. */
function runCron() {
    const call = { model: "account.move", method: "ksef_tour_collective", args: [], kwargs: {} };
    return rpc("/web/dataset/call_kw/account.move/ksef_tour_collective", call);
}

const box = (number) =>
    `.o_data_row:has(td:contains(${number})) .o_list_record_selector input`;

registry.category("web_tour.tours").add("l10n_pl_ksef_payments", {
    steps: () => [
        {
            content: "the button that fetches is here as well",
            trigger: ".o_list_view button[name='action_l10n_pl_ksef_fetch']",
        },
        {
            content: "choose a bill",
            trigger: box("FV/first"),
            run: "click",
        },
        {
            content: "and another one",
            trigger: box("FV/second"),
            run: "click",
        },
        {
            content: "one number for both",
            trigger: "button[name='action_l10n_pl_ksef_collective']",
            run: "click",
        },
        {
            content: "KSeF is being asked",
            trigger: ".o_form_view .alert-info:contains(KSeF is being asked)",
            run: runCron,
        },
        {
            content: "back to the bills",
            trigger: ".breadcrumb-item a:contains(Bills), .o_back_button",
            run: "click",
        },
        {
            content: "open a bill",
            trigger: ".o_data_row td:contains(FV/first)",
            run: "click",
        },
        {
            content: "it shows the number",
            trigger: "div[name='l10n_pl_ksef_collective_ids']:contains(-IZ)",
        },
        {
            content: "back to the bills",
            trigger: ".breadcrumb-item a:contains(Bills), .o_back_button",
            run: "click",
        },
        {
            content: "choose a bill",
            trigger: box("FV/first"),
            run: "click",
        },
        {
            content: "and the other one",
            trigger: box("FV/second"),
            run: "click",
        },
        {
            content: "pay",
            trigger: "button[name='action_register_payment'], button[name='action_force_register_payment']",
            run: "click",
        },
        {
            content: "with one transfer",
            trigger: ".modal div[name='group_payment'] input",
            run: "click",
        },
        {
            content: "its memo is the number",
            trigger: ".modal div[name='communication'] input:value(-IZ)",
        },
        {
            content: "pay them",
            trigger: ".modal button[name='action_create_payments']",
            run: "click",
        },
        {
            content: "done",
            trigger: "body:not(:has(.modal))",
        },
    ],
});
