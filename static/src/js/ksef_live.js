/** Open invoices and invoice lists follow what KSeF answers, without F5. */
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { FormController } from "@web/views/form/form_controller";
import { ListController } from "@web/views/list/list_controller";
import { onWillDestroy } from "@odoo/owl";

const CHANGED = "l10n_pl_ksef/changed";
const MODELS = ["account.move", "l10n_pl_ksef.document"];

/**
 * Call `onChanged(moveIds)` when KSeF's answer changed invoices.
 *
 * Answers come in bursts (one per invoice of a session): they are gathered for a
 * moment, so that a list of a hundred reloads once.
 */
function useKsefChanges(resModel, onChanged) {
    if (!MODELS.includes(resModel)) {
        return;
    }
    const bus = useService("bus_service");
    let gathered = [];
    let timer = null;
    const flush = () => {
        const moveIds = gathered;
        gathered = [];
        timer = null;
        onChanged(moveIds);
    };
    const listener = ({ move_ids }) => {
        gathered.push(...move_ids);
        timer ??= setTimeout(flush, 300);
    };
    bus.subscribe(CHANGED, listener);
    onWillDestroy(() => {
        bus.unsubscribe(CHANGED, listener);
        clearTimeout(timer);
    });
}

patch(FormController.prototype, {
    setup() {
        super.setup(...arguments);
        useKsefChanges(this.props.resModel, async (moveIds) => {
            const record = this.model.root;
            const isShown = record?.resId && moveIds.includes(record.resId);
            // What a person is typing is never thrown away.
            if (isShown && !(await record.isDirty())) {
                await record.load();
            }
        });
    },
});

patch(ListController.prototype, {
    setup() {
        super.setup(...arguments);
        useKsefChanges(this.props.resModel, async () => {
            if (!this.model.root?.editedRecord) {
                await this.model.root?.load();
            }
        });
    },
});
