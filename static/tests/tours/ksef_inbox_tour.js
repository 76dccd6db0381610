/** An accountant fetches invoices, books one, merges one, keeps one out of the books. */
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

/** Let the crons of fetching run; the test puts this method in place. */
function runCron() {
    const call = { model: "account.move", method: "ksef_tour_fetch", args: [], kwargs: {} };
    return rpc("/web/dataset/call_kw/account.move/ksef_tour_fetch", call);
}

const row = (number) => `.o_data_row:has(td[name='invoice_number']:contains(${number}))`;

registry.category("web_tour.tours").add("l10n_pl_ksef_inbox", {
    steps: () => [
        {
            content: "nothing has come yet: ask KSeF",
            trigger: ".o_list_view button[name='action_fetch']",
            run: "click",
        },
        {
            content: "KSeF is being asked",
            trigger: ".o_notification:contains(KSeF is being asked)",
            run: runCron,
        },
        {
            content: "the invoices appear by themselves; open one",
            trigger: `${row("FV/ours")} td[name='seller_name']`,
            run: "click",
        },
        {
            content: "its picture can be read",
            trigger: ".o_field_widget[name='picture'] iframe",
        },
        {
            content: "make the bill",
            trigger: "button[name='action_create_bill']",
            run: "click",
        },
        {
            content: "the bill is open",
            trigger: ".o_form_view .o_field_widget[name='ref']:has(input:value(FV/ours))",
        },
        {
            content: "back to the invoice",
            trigger: ".breadcrumb-item a:contains(FV/ours), .o_back_button",
            run: "click",
        },
        {
            content: "it has its bill",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Bill created)",
        },
        {
            content: "back to the inbox",
            trigger: ".breadcrumb-item a:contains(KSeF inbox), .o_back_button",
            run: "click",
        },
        {
            content: "open what was entered by hand before",
            trigger: `${row("FV/typed")} td[name='seller_name']`,
            run: "click",
        },
        {
            content: "the bill is offered",
            trigger: ".alert-warning:contains(may be a bill)",
        },
        {
            content: "merge",
            trigger: "button[name='action_merge']",
            run: "click",
        },
        {
            content: "the difference is shown",
            trigger: ".modal .o_field_widget[name='differences']:contains(Gross)",
        },
        {
            content: "merge them",
            trigger: ".modal button[name='action_save']",
            run: "click",
        },
        {
            content: "the bill with the KSeF number is open",
            trigger: "div[name='l10n_pl_ksef_number']:contains(9999999999-)",
        },
        {
            content: "back to the invoice",
            trigger: ".breadcrumb-item a:contains(FV/typed), .o_back_button",
            run: "click",
        },
        {
            content: "merged",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Merged)",
        },
        {
            content: "back to the inbox",
            trigger: ".breadcrumb-item a:contains(KSeF inbox), .o_back_button",
            run: "click",
        },
        {
            content: "open the strange one",
            trigger: `${row("FV/strange")} td[name='seller_name']`,
            run: "click",
        },
        {
            content: "it is not ours",
            trigger: ".o_form_view button[name='action_set_aside']",
            run: "click",
        },
        {
            content: "why",
            trigger: ".modal .o_field_widget[name='reason'] textarea",
            run: "edit We know nothing of it",
        },
        {
            content: "keep it out",
            trigger: ".modal button[name='action_save']",
            run: "click",
        },
        {
            content: "it says so",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Not ours)",
        },
        {
            content: "back to the inbox",
            trigger: ".breadcrumb-item a:contains(KSeF inbox), .o_back_button",
            run: "click",
        },
        {
            content: "nothing waits any more",
            trigger: ".o_list_view .o_nocontent_help:contains(Nothing waits for you)",
        },
    ],
});
