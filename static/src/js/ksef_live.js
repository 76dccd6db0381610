/** Open invoices and invoice lists follow what KSeF answers, without F5. */
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { FormController } from "@web/views/form/form_controller";
import { ListController } from "@web/views/list/list_controller";
import { onWillDestroy } from "@odoo/owl";

const CHANGED = "l10n_pl_ksef/changed";
const GATHER_MS = 300;

/** The invoice that a record shown on the screen is, or belongs to. */
const MOVE_OF = {
    "account.move": (record) => record.resId,
    "l10n_pl_ksef.document": (record) => record.data.move_id?.id,
};

/** Received invoices are told of by their own ids, on a channel of their own. */
const INBOX_CHANGED = "l10n_pl_ksef/inbox";
const INBOX = "l10n_pl_ksef.inbound";

/**
 * Call `onChanged(isChanged)` when KSeF's answer changed invoices; `isChanged` tells
 * it of a record.
 *
 * Answers come in bursts (one per invoice of a session): they are gathered for a
 * moment, so that a list of a hundred reloads once.
 */
function useKsefChanges(resModel, onChanged) {
    const isInbox = resModel === INBOX;
    const moveOf = isInbox ? (record) => record.resId : MOVE_OF[resModel];
    if (!moveOf) {
        return;
    }
    const channel = isInbox ? INBOX_CHANGED : CHANGED;
    const bus = useService("bus_service");
    let gathered = new Set();
    let timer = null;
    const flush = () => {
        const moveIds = gathered;
        gathered = new Set();
        timer = null;
        onChanged((record) => moveIds.has(moveOf(record)));
    };
    const listener = ({ ids, move_ids }) => {
        (ids ?? move_ids).forEach((id) => gathered.add(id));
        timer ??= setTimeout(flush, GATHER_MS);
    };
    bus.subscribe(channel, listener);
    onWillDestroy(() => {
        bus.unsubscribe(channel, listener);
        clearTimeout(timer);
    });
}

patch(FormController.prototype, {
    setup() {
        super.setup(...arguments);
        const { resModel } = this.props;
        useKsefChanges(resModel, async (isChanged) => {
            const record = this.model.root;
            // What a person is typing is never thrown away.
            if (!record?.resId || !isChanged(record) || (await record.isDirty())) {
                return;
            }
            await record.load();
            this.env.bus.trigger("MAIL:RELOAD-THREAD", {
                model: resModel,
                id: record.resId,
            });
        });
    },
});

patch(ListController.prototype, {
    setup() {
        super.setup(...arguments);
        useKsefChanges(this.props.resModel, async (isChanged) => {
            const list = this.model.root;
            if (!list || list.editedRecord) {
                return;
            }
            if (list.selection.length) {
                // A reload of the list would take the ticks away.
                await Promise.all(list.records.filter(isChanged).map((r) => r.load()));
            } else {
                await list.load();
            }
        });
    },
});
