// The upload program that follows would try whether it may write into the browser's storage.
// It may not: nothing is to stay on the device.
Object.defineProperty(window, "localStorage", {
  get() {
    throw new DOMException("Nothing is kept on this device.", "SecurityError");
  },
});
