//! The loop written by hand for the work alone: the limit to measure against. `hand standard|lazy w1|w2|w2x100 AMOUNT`

use peers::corridor::Corridor;
use peers::event_list::{EventList, Lazy, Standard};
use peers::queue::Queue;
use peers::{Outcome, Task, Work, report, task};

fn run<L: EventList>(work: &mut impl Work, list: &mut L, seed: u64) -> Outcome {
    list.clear();
    work.begin(seed, &mut |at, event| list.schedule(at, event));
    while let Some((now, event)) = list.next() {
        if work.happen(now, event, &mut |at, event| list.schedule(at, event)) {
            break;
        }
    }
    work.outcome()
}

fn all<L: EventList>(task: Task) {
    let mut list = L::default();
    match task {
        Task::W1(customers) => {
            let mut work = Queue::new(customers);
            report(1, |seed| run(&mut work, &mut list, seed));
        }
        Task::W2(replications, times) => {
            let mut work = Corridor::new(times);
            report(replications, |seed| run(&mut work, &mut list, seed));
        }
    }
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("standard") => all::<Standard>(task()),
        Some("lazy") => all::<Lazy>(task()),
        _ => panic!("usage: hand standard|lazy w1|w2|w2x100 AMOUNT"),
    }
}
