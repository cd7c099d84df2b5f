// Copyright (c) 2026, fincon.mail contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A mail server of npm's smtp-server, with one account, that delivers nothing. Its settings are the first argument, as JSON.
"use strict";

const { readFileSync } = require("fs");
const settings = JSON.parse(process.argv[2]);
const { SMTPServer } = require(settings.library);

function onAuth(auth, _session, done) {
    if (auth.username === settings.user && auth.password === settings.password) {
        return done(null, { user: auth.username });
    }
    console.log("authentication failed");
    return done(new Error("Invalid username or password"));
}

function onMailFrom(address, session, done) {
    const foreign = Object.assign(new Error("Sender is not allowed for this login"), { responseCode: 553 });
    return done(address.address === session.user ? null : foreign);
}

for (const [port, secure] of [[settings.starttls, false], [settings.implicit, true]]) {
    new SMTPServer({
        secure,
        key: readFileSync(settings.key),
        cert: readFileSync(settings.certificate),
        name: "mail.example.test",
        authMethods: ["PLAIN", "LOGIN"],
        disableReverseLookup: true,
        onAuth,
        onMailFrom,
        onData: (stream, _session, done) => stream.on("end", () => done()).resume(),
    })
        // A client that hangs up in the middle of a handshake is an error, and would end the program.
        .on("error", (error) => console.log(error.message))
        .listen(port, "127.0.0.1");
}
