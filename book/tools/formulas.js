// Runs in the engine of formulas.py, after the parts of MathJax: convert(tex, display) gives MathML.
"use strict";
const { mathjax } = MathJax._.mathjax;
const { liteAdaptor } = MathJax._.adaptors.liteAdaptor;
const { RegisterHTMLHandler } = MathJax._.handlers.html_ts;
const { TeX } = MathJax._.input.tex_ts;
const { STATE } = MathJax._.core.MathItem;
const { SerializedMmlVisitor } = MathJax._.core.MmlTree.SerializedMmlVisitor;

RegisterHTMLHandler(liteAdaptor());
const formatError = (_, error) => {
  throw Error(error.message);
};
const tex = new TeX({ packages: ["base", "ams", "newcommand", "boldsymbol", "mathtools"], formatError });
const page = mathjax.document("", { InputJax: tex });

/* Braces around a single thing mean nothing once the spaces are written out. */
class Visitor extends SerializedMmlVisitor {
  visitTeXAtomNode(node, indent) {
    const inside = node.childNodes[0].childNodes;
    return inside.length === 1 ? this.visitNode(inside[0], indent) : super.visitTeXAtomNode(node, indent);
  }
}
const visitor = new Visitor();

// MathML Core has no names for TeX's spaces.
const EM = { thinmathspace: "0.167em", mediummathspace: "0.222em", thickmathspace: "0.278em" };
const ACCENT = /^[\^~¯ˉ‾˙¨ˇ˘´`→]$/;
const ROW = /^(math|mrow|inferredMrow|TeXAtom|mstyle|mpadded|mphantom|mtd)$/;

/* Write TeX's spaces out: before an operator as its own, before anything else as an element. */
function space(node) {
  for (const child of [...(node.childNodes || [])]) {
    if (!child) continue;
    space(child);
    const width = EM[child.texSpacing ? child.texSpacing() : ""];
    if (child.isKind("mo")) {
      child.attributes.set("lspace", width || "0");
      child.attributes.set("rspace", "0");
    } else if (width && ROW.test(node.kind)) {
      node.childNodes.splice(node.childNodes.indexOf(child), 0, node.factory.create("mspace", { width }));
    }
  }
}

/* What MathJax leaves to a browser's knowledge of MathML 3: alignment of cells, hats that are accents, larger primes. */
function complete(tree) {
  tree.walkTree((node) => {
    if (node.isKind("mtable")) {
      const sides = String(node.attributes.get("columnalign") || "").split(" ");
      const pairs = node.attributes.getExplicit("displaystyle") ? "dl-aligned" : "dl-table";
      node.attributes.set("class", pairs);
      for (const row of node.childNodes)
        row.childNodes.forEach((cell, i) => cell.attributes.set("class", `dl-${sides[Math.min(i, sides.length - 1)]}`));
    } else if (node.isKind("mover") && node.childNodes[1].isKind("mo") && ACCENT.test(node.childNodes[1].getText())) {
      node.attributes.set("accent", "true");
    } else if (node.isKind("mo") && /^[′″‴]+$/.test(node.getText())) {
      node.attributes.set("class", "dl-prime");
    }
  });
}

const NOISE = / (?:data-mjx-[\w-]+|xmlns|columnalign|columnspacing|rowspacing|columnwidth|width="auto")="[^"]*"/g;

function convert(source, display) {
  const tree = page.convert(source, { display, end: STATE.CONVERT });
  tree.setTeXclass(null);
  space(tree);
  complete(tree);
  return visitor.visitTree(tree).replace(/>\s+</g, "><").replace(NOISE, "");
}
