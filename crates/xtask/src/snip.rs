//! Cuts code out of the release's WebAssembly that is never run and that no optimiser can know to be dead.
//!
//! Leptos hydrates a page in one go (`hydrate`) or piece by piece (`hydrate_async`, for pages that are split into several
//! files), and makes elements from templates when it is asked to. The panel does neither, but every erased view and
//! attribute carries pointers to that code.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use walrus::{FunctionBuilder, FunctionId, FunctionKind, Module};

/// What the names of the functions to cut have in them.
const DEAD: [&str; 2] = ["::hydrate_async", "::hydrate_from_template"];
/// Instructions below which a function stays: LLVM may have merged a tiny one with another that is alive.
const INSTRUCTIONS_MIN: u64 = 40;

/// Makes every such function a trap, for `wasm-opt` to remove with all that only they need.
pub(crate) fn snip(wasm: &Path) -> Result<()> {
    let mut module = Module::from_file(wasm).with_context(|| format!("reading {}", wasm.display()))?;
    let dead: Vec<FunctionId> = module
        .funcs
        .iter_local()
        .filter(|(id, function)| {
            let name = module.funcs.get(*id).name.as_deref().unwrap_or_default();
            DEAD.iter().any(|dead| name.contains(dead)) && function.size() >= INSTRUCTIONS_MIN
        })
        .map(|(id, _)| id)
        .collect();
    if dead.is_empty() {
        bail!(
            "no function is called {}: Leptos has changed, see crates/xtask/src/snip.rs",
            DEAD.join(" or ")
        );
    }
    for id in dead {
        let (params, results) = module.types.params_results(module.funcs.get(id).ty());
        let (params, results) = (params.to_vec(), results.to_vec());
        let mut builder = FunctionBuilder::new(&mut module.types, &params, &results);
        builder.func_body().unreachable();
        let arguments = params.iter().map(|kind| module.locals.add(*kind)).collect();
        module.funcs.get_mut(id).kind = FunctionKind::Local(builder.local_func(arguments));
    }
    module
        .emit_wasm_file(wasm)
        .with_context(|| format!("writing {}", wasm.display()))
}
