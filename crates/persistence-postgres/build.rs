//! A new migration must find its way into the program.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
