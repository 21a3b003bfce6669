//! The servo's functions, for a program in C.
#![no_std]

#[path = "../../identify.rs"]
mod identify;

use identify::Servo;
use nalgebra::Vector2;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

/// How many bytes of memory a servo takes.
#[unsafe(no_mangle)]
pub extern "C" fn servo_size() -> usize {
    size_of::<Servo>()
}

/// Makes a servo that knows nothing of its motor, in memory of the caller.
#[unsafe(no_mangle)]
pub extern "C" fn servo_start(servo: &mut core::mem::MaybeUninit<Servo>) {
    servo.write(Servo::new(Vector2::new(-2.5, -8.0), true));
}

/// One sample.
#[unsafe(no_mangle)]
pub extern "C" fn servo_sample(servo: &mut Servo, speed: f32, drive: f32, after: f32) {
    servo.sample(speed, drive, after);
}

/// The speed that is expected.
#[unsafe(no_mangle)]
pub extern "C" fn servo_expected(servo: &Servo, speed: f32, drive: f32) -> f32 {
    servo.expected(speed, drive)
}
