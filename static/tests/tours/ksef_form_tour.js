/** An accountant fills in the KSeF tab and looks at the preview; issues offline. */
import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("l10n_pl_ksef_preview", {
    steps: () => [
        {
            content: "the tab of KSeF",
            trigger: ".o_notebook a[name='l10n_pl_ksef']",
            run: "click",
        },
        {
            content: "the terms",
            trigger: ".o_notebook a[name='l10n_pl_ksef_terms']",
            run: "click",
        },
        {
            content: "delivery notes",
            trigger: "div[name='l10n_pl_ksef_lots'] input, div[name='l10n_pl_ksef_lots'] textarea",
            run: "edit LOT-7",
        },
        {
            content: "look at the future document",
            trigger: "button[name='action_l10n_pl_ksef_preview']",
            run: "click",
        },
        {
            content: "it has what was typed",
            trigger: ":iframe .ksef-pic:contains(LOT-7)",
        },
    ],
});

registry.category("web_tour.tours").add("l10n_pl_ksef_offline", {
    steps: () => [
        {
            content: "issue it without KSeF",
            trigger: "button[name='action_l10n_pl_ksef_issue_offline']",
            run: "click",
        },
        {
            content: "really",
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {
            content: "it waits",
            trigger: "div[name='l10n_pl_ksef_state']:contains(Waiting)",
        },
        {
            content: "look at the details",
            trigger: ".o_notebook a[name='l10n_pl_ksef']",
            run: "click",
        },
        {
            content: "there is a last day",
            trigger: "div[name='l10n_pl_ksef_send_by']",
        },
    ],
});
