//! The works in desru: an event is a boxed closure over shared state. Its log of events is switched off. `desru w1|w2|w2x100 AMOUNT`

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use desru::{Event, EventScheduler};
use peers::corridor::Corridor;
use peers::queue::Queue;
use peers::{Outcome, Task, Work, report, task};

/// What the closures share.
struct Shared<W> {
    work: RefCell<W>,
    is_over: Cell<bool>,
}

fn schedule<W: Work + 'static>(scheduler: &mut EventScheduler, shared: &Rc<Shared<W>>, at: u64, event: u32) {
    let shared = Rc::clone(shared);
    let action = move |scheduler: &mut EventScheduler| {
        let now = scheduler.current_time as u64;
        let is_over = shared
            .work
            .borrow_mut()
            .happen(now, event, &mut |at, event| schedule(scheduler, &shared, at, event));
        shared.is_over.set(is_over);
        None
    };
    scheduler.schedule(Event::new(at as f64, Some(Box::new(action)), None));
}

fn run<W: Work + 'static>(work: W, seed: u64) -> Outcome {
    let shared = Rc::new(Shared {
        work: RefCell::new(work),
        is_over: Cell::new(false),
    });
    let mut scheduler = EventScheduler::new();
    shared
        .work
        .borrow_mut()
        .begin(seed, &mut |at, event| schedule(&mut scheduler, &shared, at, event));
    let watch = Rc::clone(&shared);
    scheduler.run(Box::new(move |_| watch.is_over.get()), Some(Box::new(|_, _| false)));
    shared.work.borrow_mut().outcome()
}

fn main() {
    match task() {
        Task::W1(customers) => report(1, |seed| run(Queue::new(customers), seed)),
        Task::W2(replications, times) => report(replications, |seed| run(Corridor::new(times), seed)),
    }
}
