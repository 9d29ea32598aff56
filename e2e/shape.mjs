// What an answer must look like: an object of shapes (further fields may be
// there), listOf(shape, least), a pair of shapes, a type's name, or a function
// that tells what a value should have been instead.

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/

export const text = (v) => (typeof v === "string" && v !== "" ? "" : "a text")
export const uuid = (v) => (uuidPattern.test(v) ? "" : "a UUID")
export const time = (v) => (timePattern.test(v) && !Number.isNaN(Date.parse(v)) ? "" : "a time")
export const yes = (v) => (v === true ? "" : "true")
export const anything = () => ""
export const oneOf = (...words) => (v) => (words.includes(v) ? "" : words.join(" or "))
export const maybe = (shape) => Object.assign(() => "", { maybe: shape }) // absent or null as well
export const listOf = (shape, least = 0) => Object.assign(() => "", { listOf: shape, least })

// differences lists where value is not of that shape, such as
// "bots[3].uuid: got 7, want a UUID".
export function differences(value, shape, path = "") {
  const wrong = (want) => [`${path || "answer"}: got ${JSON.stringify(value)?.slice(0, 200)}, want ${want}`]
  if (shape.maybe !== undefined) {
    return value == null ? [] : differences(value, shape.maybe, path)
  }
  if (value === undefined) {
    return wrong("something")
  }
  if (shape.listOf !== undefined) {
    if (!Array.isArray(value) || value.length < shape.least) {
      return wrong(`a list of at least ${shape.least}`)
    }
    return value.flatMap((v, i) => differences(v, shape.listOf, `${path}[${i}]`))
  }
  if (typeof shape === "function") {
    const want = shape(value)
    return want ? wrong(want) : []
  }
  if (typeof shape === "string") {
    return typeof value === shape ? [] : wrong(`a ${shape}`)
  }
  if (value === null || typeof value !== "object" || Array.isArray(value) !== Array.isArray(shape)) {
    return wrong(Array.isArray(shape) ? "a list" : "an object")
  }
  return Object.entries(shape).flatMap(([name, inner]) => differences(value[name], inner, path ? `${path}.${name}` : name))
}
