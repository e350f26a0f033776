// Small hands for the document. Text goes in by textContent only, and nothing is written that stands there already.

const SVG = 'http://www.w3.org/2000/svg';

export function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

export function draw(tag, className) {
  const element = document.createElementNS(SVG, tag);
  if (className) element.setAttribute('class', className);
  return element;
}

export function setText(element, text) {
  if (element.firstChild?.nodeValue !== text || element.childNodes.length !== 1) element.textContent = text;
}

export function setAttribute(element, name, value) {
  if (value == null) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value);
  }
}

/** As many children as asked for, made and removed at the end. */
export function resize(parent, count, create) {
  while (parent.children.length > count) parent.lastElementChild.remove();
  while (parent.children.length < count) parent.append(create());
  return parent.children;
}
