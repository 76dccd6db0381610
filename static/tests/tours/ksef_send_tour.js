/** An accountant sends invoices; the answers appear without a reload of the page. */
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

/** Let the sender's cron run; the test puts this method in place. */
function runCron() {
    const call = { model: "account.move", method: "ksef_tour_cron", args: [], kwargs: {} };
    return rpc("/web/dataset/call_kw/account.move/ksef_tour_cron", call);
}

function markPage() {
    document.body.dataset.ksefTour = "not reloaded";
}

const NOT_RELOADED = "body[data-ksef-tour='not reloaded']";

registry.category("web_tour.tours").add("l10n_pl_ksef_send_form", {
    steps: () => [
        {
            content: "the posted invoice is open",
            trigger: ".o_form_view button[name='action_l10n_pl_ksef_send']",
            run: markPage,
        },
        {
            content: "send it",
            trigger: "button[name='action_l10n_pl_ksef_send']",
            run: "click",
        },
        {
            content: "it waits to be sent, and the button is gone",
            trigger: ".o_form_view:not(:has(button[name='action_l10n_pl_ksef_send'])) div[name='l10n_pl_ksef_state']:contains(Waiting)",
        },
        {
            content: "the cron runs",
            trigger: NOT_RELOADED,
            run: runCron,
        },
        {
            content: "the number appears by itself",
            trigger: `${NOT_RELOADED} div[name='l10n_pl_ksef_state']:contains(Accepted)`,
        },
        {
            content: "under its own name",
            trigger: "div[name='l10n_pl_ksef_number']:contains(5265877635-)",
        },
        {
            content: "the chatter tells of it",
            trigger: ".o-mail-Chatter .o-mail-Message:contains(KSeF accepted the invoice)",
        },
        {
            content: "look at the details",
            trigger: ".o_notebook a[name='l10n_pl_ksef']",
            run: "click",
        },
        {
            content: "the UPO is there to download",
            trigger: "button[name='action_l10n_pl_ksef_download_upo']",
        },
        {
            content: "the history has the one document",
            trigger: "div[name='l10n_pl_ksef_document_ids'] .o_data_row:contains(Accepted)",
        },
        {
            content: "no way back to draft",
            trigger: ".o_form_view:not(:has(button[name='button_draft']))",
        },
    ],
});

registry.category("web_tour.tours").add("l10n_pl_ksef_send_list", {
    steps: () => [
        {
            content: "the list of invoices is open",
            trigger: ".o_list_view .o_data_row",
            run: markPage,
        },
        {
            content: "choose all",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "send them",
            trigger: "button[name='action_l10n_pl_ksef_send']",
            run: "click",
        },
        {
            content: "they wait to be sent",
            trigger: ".o_data_row:contains(Waiting) ~ .o_data_row:contains(Waiting)",
        },
        {
            content: "the cron runs",
            trigger: NOT_RELOADED,
            run: runCron,
        },
        {
            content: "they are accepted without a reload",
            trigger: `${NOT_RELOADED} .o_data_row:contains(Accepted) ~ .o_data_row:contains(Accepted)`,
        },
        {
            content: "open one",
            trigger: ".o_data_row:contains(Accepted) td[name='name']",
            run: "click",
        },
        {
            content: "with its number",
            trigger: "div[name='l10n_pl_ksef_number']:contains(5265877635-)",
        },
    ],
});
