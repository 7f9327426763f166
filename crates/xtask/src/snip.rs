//! Cuts code out of the release's WebAssembly that is never run and that no optimiser can know to be dead.
//!
//! Leptos hydrates a page in one go (`hydrate`) or piece by piece (`hydrate_async`, for pages that are split into several
//! files). The panel does the former, but every erased view carries a pointer to the latter.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use walrus::{FunctionBuilder, FunctionId, FunctionKind, Module};

/// The method whose bodies are cut: the closures that `async fn` makes of them.
const DEAD: &str = "::hydrate_async";

/// Makes every such function a trap, for `wasm-opt` to remove with all that only they need.
pub(crate) fn snip(wasm: &Path) -> Result<()> {
    let mut module = Module::from_file(wasm).with_context(|| format!("reading {}", wasm.display()))?;
    let dead: Vec<FunctionId> = module
        .funcs
        .iter_local()
        .filter(|(id, _)| module.funcs.get(*id).name.as_deref().is_some_and(is_dead))
        .map(|(id, _)| id)
        .collect();
    if dead.is_empty() {
        bail!("no function is called {DEAD}: Leptos has changed, see crates/xtask/src/snip.rs");
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

/// Whether a function is the body of the method, and not one defined in there: LLVM keeps one of several functions that
/// are alike, and those are like what `hydrate` has.
fn is_dead(name: &str) -> bool {
    // Behind the path stands a hash: `::h0123456789abcdef`.
    let path = name.rsplit_once("::h").map_or(name, |(path, _)| path);
    path.rsplit_once(DEAD)
        .is_some_and(|(_, rest)| !rest.is_empty() && rest.replace("::{{closure}}", "").is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_bodies_of_the_method_are_cut() {
        assert!(is_dead(
            "<T as tachys::view::any_view::IntoAny>::into_any::hydrate_async::{{closure}}::hec0e84804120db33"
        ));
        assert!(is_dead(
            "tachys::view::tuples::hydrate_async::{{closure}}::{{closure}}::hec0e84804120db33"
        ));
        assert!(!is_dead(
            "<tachys::html::element::HtmlElement<E,At,Ch>>::hydrate_async::{{closure}}::inner_1::h0aa5be0e2c4877fa"
        ));
        assert!(!is_dead("tachys::view::hydrate_async::h0aa5be0e2c4877fa"));
        assert!(!is_dead("tachys::view::hydrate::h0aa5be0e2c4877fa"));
    }
}
